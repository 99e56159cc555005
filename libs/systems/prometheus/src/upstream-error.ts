/** A failure of Prometheus or Alertmanager, as it came; `to-app-error.ts` says what it means to a caller. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  /** `Prometheus` or `Alertmanager`. */
  readonly server: string;
  readonly kind: UpstreamFailure;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Prometheus' own word for it (`timeout`, `execution`, `bad_data`), where it gave one. */
  readonly errorType: string | undefined;
  /** Whether the request was to change something, so that after some failures nobody knows whether it did. */
  readonly write: boolean;

  constructor(server: string, kind: UpstreamFailure, message: string, facts: UpstreamFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.server = server;
    this.kind = kind;
    this.status = facts.status ?? 0;
    this.errorType = facts.errorType;
    this.write = facts.write ?? false;
  }
}

/**
 * `refused`: a status that says no. `unreadable`: an answer that is not its API's. `lost`: the request went out, and no
 * whole answer came. `unreachable`: the request did not go out. `too_large`: more than we take.
 */
export type UpstreamFailure = 'refused' | 'unreadable' | 'lost' | 'unreachable' | 'too_large';

export interface UpstreamFacts {
  status?: number;
  errorType?: string | undefined;
  write?: boolean;
  cause?: unknown;
}
