import type { TraceContext } from '@devmesh/contracts';
import type { Progress } from '@devmesh/bus';

/** How a door hands a call over. */
export interface CallOptions {
  /** `mcp`, `rest`, `worker`: for history and audit. */
  door: string;
  connection?: string | undefined;
  idempotencyKey?: string | undefined;
  /** Why the agent wants this: shown to whoever approves. */
  reason?: string | undefined;
  /** Never more than the tool's own time. */
  timeoutMs?: number | undefined;
  /** Aborted when the caller goes away. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Bytes of the text form: 1 KiB to 64 KiB, 24 KiB when absent. */
  maxBytes?: number | undefined;
  /** Toolsets of the URL that the call came by: they only narrow. */
  toolsets?: string | undefined;
  requestId?: string | undefined;
  trace?: TraceContext | undefined;
}
