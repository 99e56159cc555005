import { systemClock } from '@devmesh/runtime';
import type { Clock, Logger, Metrics } from '@devmesh/runtime';
import type { Cache, Taken } from './cache.ts';
import { checkBucket, checkDuration, checkLease } from './checks.ts';
import { openRedis, runScript, unavailable } from './redis-link.ts';
import type { RedisLink } from './redis-link.ts';
import { acquireScript, renewScript, takeScript } from './scripts.ts';
import type { Script } from './scripts.ts';

export interface RedisCacheOptions {
  /** `redis://` or `rediss://`, Redis or Valkey. */
  url: string;
  logger: Logger;
  metrics: Metrics;
  /** Before every key, so that several installations can share one server: `devmesh:`. */
  prefix: string;
  /** Only for the `since` of `state()`. */
  clock?: Clock;
}

/**
 * Shared by replicas; time is the server's. Resolves also while Redis is away (`state()` says so) and connects when it comes.
 * @throws AppError `invalid_input` for a URL that is none.
 */
export async function connectRedisCache(options: RedisCacheOptions): Promise<Cache> {
  const { url, logger, metrics, prefix, clock = systemClock } = options;
  return cacheOver(await openRedis({ url, name: `${prefix}cache`, logger, clock }), prefix, measuring(metrics));
}

function cacheOver({ redis, state, close }: RedisLink, prefix: string, measured: Measure): Cache {
  // The kinds are apart, so that a value can never be read as a bucket.
  const named = (kind: 'bucket' | 'lease' | 'value', key: string) => `${prefix}${kind}:${key}`;
  const run = (operation: string, script: Script, key: string, args: (string | number)[]) =>
    measured(operation, () => runScript(redis, script, key, args));

  return {
    async take(key, size) {
      checkBucket(size);
      const { capacity, refillPerMinute, cost = 1 } = size;
      return takenFrom(await run('take', takeScript, named('bucket', key), [capacity, refillPerMinute, cost]));
    },
    async acquire(key, request) {
      checkLease(request);
      const { holder, leaseMs, limit } = request;
      return (await run('acquire', acquireScript, named('lease', key), [holder, leaseMs, limit])) === 1;
    },
    async renew(key, holder, leaseMs) {
      checkDuration({ leaseMs });
      return (await run('renew', renewScript, named('lease', key), [holder, leaseMs])) === 1;
    },
    async release(key, holder) {
      await measured('release', () => redis.zrem(named('lease', key), holder));
    },
    get: async (key) => (await measured('get', () => redis.get(named('value', key)))) ?? undefined,
    async set(key, value, ttlMs) {
      checkDuration({ ttlMs });
      await measured('set', () => redis.set(named('value', key), value, 'PX', ttlMs));
    },
    async delete(key) {
      await measured('delete', () => redis.del(named('value', key)));
    },
    state,
    close,
  };
}

function takenFrom(reply: unknown): Taken {
  const [allowed, remaining, resetMs, retryAfterMs] = reply as [number, number, number, number];
  return { allowed: allowed === 1, remaining, resetMs, retryAfterMs };
}

type Measure = <Reply>(operation: string, ask: () => Promise<Reply>) => Promise<Reply>;

function measuring(metrics: Metrics): Measure {
  const durations = metrics.histogram({
    name: 'cache_operation_duration_seconds',
    help: 'Time until Redis answered one operation of the shared cache',
    labels: ['operation', 'outcome'],
    buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1],
  });
  return async (operation, ask) => {
    const startedMs = performance.now();
    const finish = (outcome: string) =>
      durations.observe({ operation, outcome }, (performance.now() - startedMs) / 1000);
    try {
      const reply = await ask();
      finish('ok');
      return reply;
    } catch (error) {
      finish('failed');
      throw unavailable(error);
    }
  };
}
