import type { DependencyState } from '@devmesh/runtime';

/** A bucket starts full and fills by `refillPerMinute`, evenly, up to `capacity`. */
export interface BucketSize {
  capacity: number;
  refillPerMinute: number;
  /** Tokens to take; default 1. 0 only looks. */
  cost?: number;
}

export interface Taken {
  allowed: boolean;
  /** Whole tokens left. */
  remaining: number;
  /** Until the bucket is full again. */
  resetMs: number;
  /** Until the same `take` can succeed; 0 when it did. */
  retryAfterMs: number;
}

export interface LeaseRequest {
  /** How many holders there may be at one time. */
  limit: number;
  /** A holder that does not renew within this time counts as dead. */
  leaseMs: number;
  holder: string;
}

/**
 * State that replicas share and that may be lost: whoever uses it must be right, if slower or more generous, on an empty
 * one. Every function throws AppError `unavailable` at once while the backend is away, and `invalid_input` for a number
 * that cannot be meant.
 */
export interface Cache {
  /** Takes all of `cost` or nothing. */
  take(key: string, size: BucketSize): Promise<Taken>;
  /** True when `holder` has one of the `limit` places now. A holder that has one already keeps it, renewed. */
  acquire(key: string, request: LeaseRequest): Promise<boolean>;
  /** False when the lease had ended before: somebody else may have the place now. */
  renew(key: string, holder: string, leaseMs: number): Promise<boolean>;
  /** Does nothing when the lease has ended already. */
  release(key: string, holder: string): Promise<void>;
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  state(): DependencyState;
  close(): Promise<void>;
}
