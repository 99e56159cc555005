import type { Clock } from '@devmesh/runtime';

/** What every handler gets beside its system's own clients. */
export interface ToolContext {
  call: { id: string; /** Who asks, for the vendor's records. */ principal: string };
  /** Aborted at the deadline, on cancel, and when the caller goes away: hand it to every vendor request. */
  signal: AbortSignal;
  now: Clock;
  progress(done: number, total?: number, message?: string): void;
  /** The name of the connection in use; `undefined` for DevMesh's own tools. */
  connection: string | undefined;
}
