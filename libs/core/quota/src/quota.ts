import type { Cache } from '@devmesh/cache';
import type { RateLimit } from '@devmesh/contracts';
import type { Clock, Metrics } from '@devmesh/runtime';
import { createExecutions } from './executions.ts';
import { createRequestLimit } from './request-limit.ts';
import type { Quota } from './limited.ts';

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

export function createQuota({ cache, clock, metrics, defaults }: QuotaParts): Quota {
  const settings = { ...QUOTA_DEFAULTS, ...defaults };
  return {
    takeRequest: createRequestLimit({ cache, clock, metrics, rateLimit: settings.rateLimit }),
    withExecution: createExecutions({ cache, metrics, ...settings }),
  };
}
