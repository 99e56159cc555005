import type { TraceContext } from '@devmesh/contracts';
import type { DependencyState } from '@devmesh/runtime';

/** How processes talk to each other now. Nothing is kept: what nobody hears is gone (for later there is the queue). */
export interface Bus {
  /**
   * Asks whoever serves `subject` (no wildcards) and waits for the one answer. `payload` and the answer are anything
   * that JSON can say, at most about 1 MiB there and 16 MiB back. Throws AppError:
   * `NotDeliveredError` where nothing can have happened (nobody listens, bus away, payload too large; it comes at
   * once), the handler's own AppError, `internal` for anything else that it threw, `timeout`, `upstream_failed` for an
   * answer that is too large or arrived in pieces.
   */
  request(subject: string, payload: unknown, options: RequestOptions): Promise<unknown>;
  /**
   * Answers requests on `subject` (`*` stands for one token). Resolves when requests from everywhere find it. Handlers
   * run concurrently. Of all who serve a subject under one queue name exactly one gets a request.
   */
  serve(subject: string, handler: ServeHandler, options?: ServeOptions): Promise<Stop>;
  /** Tells everybody who listens, at most about 1 MiB (`invalid_input`). Dropped and counted while the bus is away. */
  publish(subject: string, payload: unknown): void;
  /** Hears what is published on `subject` (`*` stands for one token); with `queue` one of those who share the name. */
  subscribe(subject: string, handler: SubscribeHandler, options?: SubscribeOptions): Promise<Stop>;
  state(): DependencyState;
  /** Takes no new work, lets running handlers end (at most `drainMs`), then aborts them and leaves. */
  close(): Promise<void>;
}

/** Ends one `serve` or `subscribe`; resolves when the handlers that had begun are done. */
export type Stop = () => Promise<void>;

export interface RequestOptions {
  timeoutMs: number;
  /** Aborting it ends the wait with its reason (where that is an AppError) and aborts the handler's signal. */
  signal?: AbortSignal | undefined;
  /** Called in order, never after the answer. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Default: the trace of whoever calls. */
  trace?: TraceContext | undefined;
}

export interface Progress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

export type ServeHandler = (payload: unknown, context: ServeContext, subject: string) => Promise<unknown>;

export interface ServeContext {
  /** Aborts when the caller cancels, when its time is over, and when the bus closes. */
  signal: AbortSignal;
  progress(progress: Progress): void;
  trace: TraceContext;
}

export interface ServeOptions {
  /** Default `servers`. */
  queue?: string | undefined;
  /** How many requests are handled at a time; the others wait their turn, at the cost of their own time. Default: all. */
  concurrency?: number | undefined;
}

/** What it gives is only waited for when the subscription ends; what it throws is logged. */
export type SubscribeHandler = (payload: unknown, subject: string) => unknown;

export interface SubscribeOptions {
  queue?: string | undefined;
}
