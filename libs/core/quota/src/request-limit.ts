import type { Cache, Taken } from '@devmesh/cache';
import type { RateLimit } from '@devmesh/contracts';
import type { Clock, Metrics } from '@devmesh/runtime';
import type { Limited, Quota, RequestDecision } from './limited.ts';

export interface RequestLimitParts {
  cache: Cache;
  clock: Clock;
  metrics: Metrics;
  rateLimit: RateLimit;
}

export function createRequestLimit({ cache, clock, metrics, rateLimit }: RequestLimitParts): Quota['takeRequest'] {
  const requests = metrics.counter({
    name: 'rate_limit_requests_total',
    help: 'Authenticated requests by what the rate limit said',
    labels: ['outcome'],
  });
  return async (principal: Limited) => {
    const limit = principal.rateLimit ?? rateLimit;
    try {
      const taken = await cache.take(`requests:${principal.id}`, limit);
      requests.inc({ outcome: taken.allowed ? 'allowed' : 'limited' });
      return decide(limit, taken, clock());
    } catch (error) {
      requests.inc({ outcome: 'unavailable' });
      throw error;
    }
  };
}

function decide(limit: RateLimit, taken: Taken, now: Date): RequestDecision {
  const headers = headersOf(limit, taken, now);
  if (taken.allowed) return { allowed: true, retryAfterSeconds: 0, headers };
  const retryAfterSeconds = Math.max(1, Math.ceil(taken.retryAfterMs / 1_000));
  return { allowed: false, retryAfterSeconds, headers: { ...headers, 'Retry-After': String(retryAfterSeconds) } };
}

/**
 * contracts §1. `q` per `w` is what comes back, `r` what is there now and `t` the seconds until the bucket is full; an idle
 * key saves up to `capacity`, so `r` may be more than `q`. The older three count the bucket itself, as GitHub's do: its size,
 * what is left, and when it is full again in seconds since 1970.
 */
function headersOf({ capacity, refillPerMinute }: RateLimit, taken: Taken, now: Date): Record<string, string> {
  const fullInSeconds = Math.ceil(taken.resetMs / 1_000);
  return {
    'RateLimit-Policy': `"default";q=${refillPerMinute};w=60`,
    RateLimit: `"default";r=${taken.remaining};t=${fullInSeconds}`,
    'X-RateLimit-Limit': String(capacity),
    'X-RateLimit-Remaining': String(taken.remaining),
    'X-RateLimit-Reset': String(Math.ceil((now.getTime() + taken.resetMs) / 1_000)),
  };
}
