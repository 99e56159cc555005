import type { Cache } from '@devmesh/cache';
import type { Principal, RateLimit } from '@devmesh/contracts';
import type { Clock, Metrics } from '@devmesh/runtime';
import { createExecutions } from './executions.ts';
import { createRequestLimit } from './request-limit.ts';
import type { RequestDecision } from './request-limit.ts';

export interface QuotaDefaults {
  /** For principals that have no limit of their own. */
  rateLimit: RateLimit;
  /** Calls of one principal that may run at one time, over all replicas. */
  concurrency: number;
  /** How long the place of a crashed process stays taken; renewed three times as often while its call runs. */
  leaseMs: number;
}

export const QUOTA_DEFAULTS: Readonly<QuotaDefaults> = {
  rateLimit: { capacity: 3_000, refillPerMinute: 1_000 },
  concurrency: 5,
  leaseMs: 30_000,
};

export interface QuotaParts {
  cache: Cache;
  clock: Clock;
  metrics: Metrics;
  defaults?: Partial<QuotaDefaults>;
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

export function createQuota({ cache, clock, metrics, defaults }: QuotaParts): Quota {
  const settings = { ...QUOTA_DEFAULTS, ...defaults };
  return {
    takeRequest: createRequestLimit({ cache, clock, metrics, rateLimit: settings.rateLimit }),
    withExecution: createExecutions({ cache, metrics, ...settings }),
  };
}
