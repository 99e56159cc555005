import type { Principal } from '@devmesh/contracts';

export interface RequestDecision {
  /** False: answer 429 with these headers and do nothing else. */
  allowed: boolean;
  /** 0 when allowed, else at least 1. */
  retryAfterSeconds: number;
  /** For the reply, whatever it is; `Retry-After` only when refused. */
  headers: Record<string, string>;
}

export type Limited = Pick<Principal, 'id' | 'rateLimit'>;

/** Fails closed: where the cache cannot be asked nothing passes, both functions throw AppError `unavailable`. */
export interface Quota {
  /** Takes one token; for a door, once per authenticated request or stdio message. One round trip. */
  takeRequest(principal: Limited): Promise<RequestDecision>;
  /**
   * Runs `fn` in one of the principal's places and frees it afterwards, whatever `fn` does. The same `callId` never takes two.
   * @throws AppError `rate_limited` when no place is free, without waiting; and what `fn` throws.
   */
  withExecution<Result>(principal: Limited, callId: string, fn: () => Promise<Result>): Promise<Result>;
}
