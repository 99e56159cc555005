import type { Clock } from '@devmesh/runtime';
import { takeFrom } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import type { Cache } from './cache.ts';
import { checkBucket, checkDuration, checkLease } from './checks.ts';
import { createExpiringMap } from './expiring-map.ts';
import { acquireLease, releaseLease, renewLease } from './leases.ts';
import type { Holders } from './leases.ts';

/** Far more than one process meets; what a stranger could make grow has an end all the same. */
const MAX_ENTRIES = 200_000;

/** For one process. Nothing in it waits, so every function is atomic by itself. */
export function createMemoryCache({ clock, maxEntries = MAX_ENTRIES }: { clock: Clock; maxEntries?: number }): Cache {
  const buckets = createExpiringMap<Bucket>(maxEntries);
  const leases = createExpiringMap<Holders>(maxEntries);
  const values = createExpiringMap<string>(maxEntries);
  const since = clock().toISOString();
  const now = () => clock().getTime();

  return {
    async take(key, size) {
      checkBucket(size);
      const nowMs = now();
      const { bucket, taken } = takeFrom(buckets.get(key, nowMs), size, nowMs);
      // A full bucket is the same as none.
      buckets.set(key, bucket, bucket.atMs + taken.resetMs, nowMs);
      return taken;
    },
    async acquire(key, request) {
      checkLease(request);
      return acquireLease(leases, key, request, now());
    },
    async renew(key, holder, leaseMs) {
      checkDuration({ leaseMs });
      return renewLease(leases, key, holder, leaseMs, now());
    },
    async release(key, holder) {
      releaseLease(leases, key, holder, now());
    },
    get: async (key) => values.get(key, now()),
    async set(key, value, ttlMs) {
      checkDuration({ ttlMs });
      const nowMs = now();
      values.set(key, value, nowMs + ttlMs, nowMs);
    },
    delete: async (key) => values.delete(key),
    state: () => ({ state: 'up', since }),
    close: async () => {},
  };
}
