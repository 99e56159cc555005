/** A failure of Prometheus or Alertmanager, as it came; `to-app-error.ts` says what it means to a caller. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  /** `Prometheus` or `Alertmanager`. */
  readonly server: string;
  readonly kind: UpstreamFailure;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Whether the request went out whole, so that a write may have been done. */
  readonly sent: boolean;

  constructor(server: string, kind: UpstreamFailure, message: string, { status = 0, sent = true, cause }: { status?: number; sent?: boolean; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.server = server;
    this.kind = kind;
    this.status = status;
    this.sent = sent;
  }
}

/** `refused`: its own, readable "no". `unreadable`: an answer that is not its API's. `lost`: no answer. `too_large`: more than we take. */
export type UpstreamFailure = 'refused' | 'unreadable' | 'lost' | 'unreachable' | 'too_large';
