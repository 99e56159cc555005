import type { JobName, JobPayload, TraceContext } from '@devmesh/contracts';
import type { DependencyState } from '@devmesh/runtime';

export interface AddOptions {
  /** Not before this many milliseconds from now. */
  delayMs?: number;
  /**
   * While a job with this key waits, adding it again does nothing; while it runs, one more is kept for afterwards, so that
   * what came in the meantime is seen.
   */
  dedupeKey?: string;
}

export interface JobContext {
  /** Aborted at the job's time-out, and when the process must end. */
  signal: AbortSignal;
  /** 1 for the first try. */
  attempt: number;
  trace: TraceContext;
}

export type JobHandler<Name extends JobName> = (payload: JobPayload<Name>, context: JobContext) => Promise<void>;
/** A job runs at least once, and now and then twice: handlers must be idempotent. */
export type JobHandlers = { [Name in JobName]?: JobHandler<Name> };

export interface JobDepth {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

export type Stop = () => Promise<void>;

export interface Queue {
  /** @throws AppError `invalid_input` for a payload that does not fit its job; `unavailable` within 5 s when the backend is down: the job may be lost or may run all the same. */
  add<Name extends JobName>(name: Name, payload: JobPayload<Name>, options?: AddOptions): Promise<void>;
  /**
   * Runs jobs until stopped, and sees to it that jobs with `everyMs` come, once however many workers there are. Stopping lets
   * what runs finish, within the deadline.
   * @throws AppError `unavailable` when the backend is down.
   */
  work(handlers: JobHandlers): Promise<Stop>;
  /** @throws AppError `unavailable` */
  depth(): Promise<Record<JobName, JobDepth>>;
  state(): DependencyState;
  /** Stops all work; what was passed in (a pool) stays open. */
  close(): Promise<void>;
}
