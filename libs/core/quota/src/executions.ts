import type { Cache } from '@devmesh/cache';
import { AppError } from '@devmesh/contracts';
import type { CounterMetric, Metrics } from '@devmesh/runtime';
import type { Limited, Quota } from './limited.ts';

export interface ExecutionParts {
  cache: Cache;
  metrics: Metrics;
  concurrency: number;
  leaseMs: number;
}

interface Place extends Pick<ExecutionParts, 'cache' | 'concurrency' | 'leaseMs'> {
  key: string;
  holder: string;
  /** Nobody waits for a renewal or a release, so what goes wrong there is counted: `lost`, `unrenewed`, `unreleased`. */
  troubles: CounterMetric;
}

export function createExecutions({ cache, metrics, concurrency, leaseMs }: ExecutionParts): Quota['withExecution'] {
  const outcomes = metrics.counter({
    name: 'execution_places_total',
    help: 'Calls by whether one of the principal’s places was free',
    labels: ['outcome'],
  });
  const troubles = metrics.counter({
    name: 'execution_place_troubles_total',
    help: 'Places of running calls that were lost, could not be renewed or not be released',
    labels: ['trouble'],
  });
  return async (principal: Limited, callId, fn) => {
    const place: Place = { cache, concurrency, leaseMs, troubles, key: `executions:${principal.id}`, holder: callId };
    const granted = await cache.acquire(place.key, { limit: concurrency, leaseMs, holder: callId });
    outcomes.inc({ outcome: granted ? 'granted' : 'limited' });
    if (!granted) throw allTaken(concurrency);
    return whileHeld(place, fn);
  };
}

async function whileHeld<Result>(place: Place, fn: () => Promise<Result>): Promise<Result> {
  let renewal = Promise.resolve();
  const renewing = setInterval(() => void (renewal = renewal.then(() => keep(place))), place.leaseMs / 3);
  // A call that runs keeps its process alive by itself.
  renewing.unref();
  try {
    return await fn();
  } finally {
    clearInterval(renewing);
    // One that is under way could take the place again after it was given back.
    await renewal;
    await release(place);
  }
}

/** A place is lost when the cache was away or emptied; it is asked for again, and the call goes on either way. */
async function keep({ cache, key, holder, leaseMs, concurrency, troubles }: Place): Promise<void> {
  try {
    if (await cache.renew(key, holder, leaseMs)) return;
    troubles.inc({ trouble: 'lost' });
    await cache.acquire(key, { limit: concurrency, leaseMs, holder });
  } catch {
    troubles.inc({ trouble: 'unrenewed' });
  }
}

/** The call is done: its answer must not be lost because its place could not be given back, which ends by itself. */
async function release({ cache, key, holder, troubles }: Place): Promise<void> {
  try {
    await cache.release(key, holder);
  } catch {
    troubles.inc({ trouble: 'unreleased' });
  }
}

function allTaken(limit: number): AppError {
  return new AppError('rate_limited', `${limit} calls of this key are running already, as many as may at one time.`, {
    suggestion: 'Wait until one of them has ended, then call again.',
    details: { limit, retry_after_seconds: 1 },
  });
}
