import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectRedisCache } from '@devmesh/cache';
import type { Cache } from '@devmesh/cache';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { createQuota } from './quota.ts';
import type { Quota } from './limited.ts';

const url = process.env['TEST_REDIS_URL'] ?? '';
if (!url) throw new Error('TEST_REDIS_URL is not set: `npm run test:integration` starts a Redis and sets it.');

const replicas: Quota[] = [];
const caches: Cache[] = [];

beforeAll(async () => {
  const prefix = `devmesh-test:${randomUUID()}:`;
  for (let i = 0; i < 8; i++) {
    const metrics = createMetrics({ service: 'test' });
    const cache = await connectRedisCache({ url, logger: silentLogger(), metrics, prefix });
    caches.push(cache);
    replicas.push(createQuota({ cache, clock: systemClock, metrics }));
  }
});
afterAll(() => Promise.all(caches.map((cache) => cache.close())));

test('eight replicas together let one key make no more requests than one would', async () => {
  const key = { id: `key:${randomUUID()}`, rateLimit: { capacity: 100, refillPerMinute: 1 } };
  const asked = replicas.flatMap((quota) => Array.from({ length: 50 }, () => quota.takeRequest(key)));
  const decisions = await Promise.all(asked);
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(100);
  expect(decisions.find(({ allowed }) => !allowed)?.headers['Retry-After']).toMatch(/^(59|60)$/);
});

test('eight replicas together run five calls of one key at one time, never six', async () => {
  const key = { id: `key:${randomUUID()}` };
  let running = 0;
  let most = 0;
  let refused = 0;
  await Promise.all(
    replicas.map(async (quota, replica) => {
      for (let i = 0; i < 40; i++) {
        const call = async () => {
          most = Math.max(most, ++running);
          await replicas[0]!.takeRequest(key);
          running--;
        };
        await quota.withExecution(key, `call_${replica}_${i}`, call).catch((error: { code: string }) => {
          expect(error.code).toBe('rate_limited');
          refused++;
        });
      }
    }),
  );
  expect(most).toBeLessThanOrEqual(5);
  expect(most).toBeGreaterThan(1);
  expect(refused).toBeGreaterThan(0);
});
