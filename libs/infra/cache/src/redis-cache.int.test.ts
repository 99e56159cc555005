import { randomUUID } from 'node:crypto';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { Redis } from 'ioredis';
import { describeCache } from './conformance.ts';
import { connectRedisCache } from './redis-cache.ts';

const url = process.env['TEST_REDIS_URL'] ?? '';
if (!url) throw new Error('TEST_REDIS_URL is not set: `npm run test:integration` starts a Redis and sets it.');

const metrics = createMetrics({ service: 'test' });
const open = (address: string, prefix: string) =>
  connectRedisCache({ url: address, logger: silentLogger(), metrics, prefix });

describeCache('redis cache', async () => {
  const prefix = `devmesh-test:${randomUUID()}:`;
  const clock = new Redis(url);
  const now = async () => {
    const [seconds, microseconds] = await clock.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  };
  return {
    replica: () => open(url, prefix),
    async pass(ms) {
      const endMs = (await now()) + ms;
      while ((await now()) < endMs) await nextTurn();
    },
    now,
    close: async () => void clock.disconnect(),
  };
});

const opened: { close(): unknown }[] = [];
afterEach(() => Promise.all(opened.splice(0).map(async (thing) => thing.close())));

const size = { capacity: 1_000, refillPerMinute: 1 };
const unavailable = { code: 'unavailable', retryable: true, suggestion: expect.any(String) };

test('keys end by themselves when nothing is left to remember', async () => {
  const prefix = `devmesh-test:${randomUUID()}:`;
  const cache = keep(await open(url, prefix));
  const redis = new Redis(url);
  opened.push({ close: () => redis.disconnect() });
  await cache.take('k', size);
  await cache.acquire('k', { limit: 1, leaseMs: 1_000, holder: 'a' });
  await cache.set('k', 'x', 1_000);
  const keys = await redis.keys(`${prefix}*`);
  expect(keys).toHaveLength(3);
  for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
});

test('a server that forgot the scripts is told them again', async () => {
  const cache = keep(await open(url, 'devmesh-test:'));
  const key = randomUUID();
  await cache.take(key, size);
  const redis = new Redis(url);
  opened.push({ close: () => redis.disconnect() });
  await redis.script('FLUSH');
  expect(await cache.take(key, size)).toMatchObject({ remaining: 998 });
});

test('one take is one round trip', async () => {
  const proxy = keep(await startProxy());
  const cache = keep(await open(proxy.url, 'devmesh-test:'));
  const key = randomUUID();
  await cache.take(key, size);
  const before = proxy.requests();
  for (let i = 0; i < 10; i++) await cache.take(key, size);
  expect(proxy.requests() - before).toBe(10);
});

test('while Redis is away calls fail at once, the state says why and since when, and it comes back by itself', async () => {
  const proxy = keep(await startProxy());
  const cache = keep(await open(proxy.url, 'devmesh-test:'));
  const key = randomUUID();
  await cache.take(key, size);
  proxy.cut();
  await until(() => cache.state().state === 'down');
  const startedMs = performance.now();
  await expect(cache.take(key, size)).rejects.toMatchObject(unavailable);
  await expect(cache.acquire(key, { limit: 1, leaseMs: 10, holder: 'a' })).rejects.toMatchObject(unavailable);
  await expect(cache.get(key)).rejects.toMatchObject(unavailable);
  expect(performance.now() - startedMs).toBeLessThan(500);
  expect(cache.state()).toMatchObject({ reason: expect.stringMatching(/./), since: expect.stringMatching(/Z$/) });
  proxy.mend();
  await until(() => cache.state().state === 'up');
  expect(await cache.take(key, size)).toMatchObject({ allowed: true, remaining: 998 });
});

test('a Redis that hangs holds nobody up for more than a second or two, and the state says it', async () => {
  const proxy = keep(await startProxy());
  const cache = keep(await open(proxy.url, 'devmesh-test:'));
  const key = randomUUID();
  proxy.hang();
  const startedMs = performance.now();
  await expect(Promise.all([cache.take(key, size), cache.get(key)])).rejects.toMatchObject(unavailable);
  expect(performance.now() - startedMs).toBeLessThan(2_500);
  await until(() => cache.state().state === 'down');
  proxy.cut();
  proxy.mend();
  await until(() => cache.state().state === 'up');
});

test('a Redis that is away at the start is a state, not a crash', async () => {
  const proxy = keep(await startProxy());
  proxy.cut();
  const cache = keep(await open(proxy.url, 'devmesh-test:'));
  expect(cache.state()).toMatchObject({ state: 'down' });
  await expect(cache.get('k')).rejects.toMatchObject(unavailable);
  proxy.mend();
  await until(() => cache.state().state === 'up');
});

test('a wrong address is refused without repeating its password', async () => {
  const error = await open('not a url:secret', '').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'invalid_input', suggestion: expect.stringContaining('redis://') });
  expect((error as Error).message).not.toContain('secret');
});

test('a closed cache does not come back', async () => {
  const cache = await open(url, 'devmesh-test:');
  await cache.close();
  await until(() => cache.state().state === 'down');
  await expect(cache.get('k')).rejects.toMatchObject(unavailable);
});

function keep<Thing extends { close(): unknown }>(thing: Thing): Thing {
  // Last opened, first closed.
  opened.unshift(thing);
  return thing;
}

/** Stands between the cache and Redis, so that a test can take Redis away without touching anybody else's. */
async function startProxy() {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let mode: 'open' | 'cut' | 'hanging' = 'open';
  let requests = 0;
  const server = createServer((near) => {
    if (mode === 'cut') return void near.destroy();
    const far = connect(Number(target.port || 6379), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('data', (bytes) => {
      requests++;
      if (mode !== 'hanging') far.write(bytes);
    });
    far.on('data', (bytes) => void near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String((server.address() as AddressInfo).port);
  const destroyAll = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: proxied.href,
    requests: () => requests,
    cut: () => {
      mode = 'cut';
      destroyAll();
    },
    hang: () => void (mode = 'hanging'),
    mend: () => void (mode = 'open'),
    close: () => {
      destroyAll();
      server.close();
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
