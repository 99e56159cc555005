import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { newId } from '@devmesh/contracts';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { openPostgres, sql } from '@devmesh/store';
import type { Store } from '@devmesh/store';
import { createTestDatabase } from '@devmesh/store/testing';
import { Redis } from 'ioredis';
import { describeQueue } from './conformance.ts';
import { breakableWay } from './conformance/breakable.fixtures.ts';
import type { Breakable } from './conformance/breakable.fixtures.ts';
import { eventually, newCall, queueParts } from './conformance/world.ts';
import type { QueueWorld } from './conformance/world.ts';
import { createPostgresQueue, createRedisQueue } from './index.ts';
import type { Queue } from './index.ts';

describeQueue('Redis', redisWorld, { concurrent: true });
for (const variable of ['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST'])
  describeQueue(`Postgres of ${variable}`, () => postgresWorld(urlOf(variable)), { concurrent: true });

describe('a backend that is not there', () => {
  test('Redis: adding is `unavailable` within seconds, and the state says why', async () => {
    const queue = createRedisQueue({ url: 'redis://127.0.0.1:1', ...queueParts() });
    await expect(queue.add('call.execute', newCall())).rejects.toMatchObject({ code: 'unavailable' });
    await expect(queue.work({})).rejects.toMatchObject({ code: 'unavailable' });
    expect(queue.state()).toMatchObject({ state: 'down', reason: expect.stringContaining('ECONNREFUSED') });
    await queue.close();
  });

  test('Postgres: adding is `unavailable`, and works as soon as the database is back', async () => {
    const database = await createTestDatabase(urlOf('TEST_DATABASE_URL'));
    const store = await open(database.url);
    let away = true;
    const pool = {
      ...store.queuePool,
      connect: () => (away ? Promise.reject(new Error('away')) : store.queuePool.connect()),
    };
    const queue = createPostgresQueue({ pool, ...queueParts() });
    await expect(queue.add('call.execute', newCall())).rejects.toMatchObject({ code: 'unavailable' });
    away = false;
    await queue.add('call.execute', newCall());
    expect((await queue.depth())['call.execute'].waiting).toBe(1);
    await queue.close();
    await store.close();
    await database.drop();
  });
});

describe('a backend that goes away for three seconds', () => {
  test('Redis: who adds learns it at once, workers go on afterwards, the state tells both', async () => {
    const way = await breakableWay(urlOf('TEST_REDIS_URL'));
    const prefix = newId('test');
    await outlives(way, createRedisQueue({ url: way.url, prefix, ...queueParts() }));
    await withRedis(urlOf('TEST_REDIS_URL'), (redis) => removeAll(redis, prefix));
    await way.break();
  });

  test('Postgres: the same', async () => {
    const database = await createTestDatabase(urlOf('TEST_DATABASE_URL'));
    const way = await breakableWay(database.url);
    const store = await open(way.url);
    const states: string[] = [];
    const pool = store.queuePool;
    await outlives(way, createPostgresQueue({ pool, ...queueParts() }), () => states.push(store.state().state));
    expect(states).toEqual(['down', 'up']);
    await store.close();
    await way.break();
    await database.drop();
  });
});

/** Leaves the queue closed. */
async function outlives(way: Breakable, queue: Queue, look: () => void = () => {}): Promise<void> {
  const done = new Set<string>();
  let sealed = 0;
  const goOn = Promise.withResolvers<undefined>();
  const running = Promise.withResolvers<undefined>();
  const [before, during] = [newCall(), newCall()];
  const stop = await queue.work({
    'audit.seal': async () => void sealed++,
    'call.execute': async ({ callId }) => {
      running.resolve(undefined);
      await goOn.promise;
      done.add(callId);
    },
  });
  await queue.add('call.execute', before);
  await running.promise;

  await way.break();
  const startedAt = performance.now();
  await expect(queue.add('call.execute', during)).rejects.toMatchObject({ code: 'unavailable' });
  expect(performance.now() - startedAt).toBeLessThan(5_500);
  expect(queue.state()).toMatchObject({ state: 'down' });
  look();
  // A job that ends while nobody can be told.
  goOn.resolve(undefined);
  await delay(3_000);
  await way.mend();

  await eventually('added', () =>
    queue.add('call.execute', during).then(
      () => true,
      () => false,
    ),
  );
  expect(queue.state()).toMatchObject({ state: 'up' });
  look();
  const sealedBefore = sealed;
  await eventually('both calls done', () => done.has(before.callId) && done.has(during.callId));
  await eventually('the schedule goes on', () => sealed > sealedBefore);
  await eventually('nothing left', async () => {
    const { waiting, active, delayed } = (await queue.depth())['call.execute'];
    return waiting + active + delayed === 0;
  });
  await stop();
  await queue.close();
}

function redisWorld(): Promise<QueueWorld> {
  const url = urlOf('TEST_REDIS_URL');
  const prefix = newId('test');
  return Promise.resolve({
    open: (parts) => Promise.resolve(createRedisQueue({ url, prefix, ...parts })),
    spawnVictim: () => spawnVictim(['redis', url, prefix]),
    breakConnections: () => withRedis(url, (redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')),
    close: () => withRedis(url, (redis) => removeAll(redis, prefix)),
  });
}

async function withRedis(url: string, use: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url);
  await use(redis);
  redis.disconnect();
}

async function removeAll(redis: Redis, prefix: string): Promise<void> {
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
}

async function postgresWorld(server: string): Promise<QueueWorld> {
  const database = await createTestDatabase(server);
  const killer = await open(server);
  const stores: Store[] = [];
  return {
    async open(parts) {
      const store = await open(database.url);
      stores.push(store);
      return createPostgresQueue({ pool: store.queuePool, ...parts });
    },
    spawnVictim: () => spawnVictim(['postgres', database.url, '']),
    async breakConnections() {
      const name = new URL(database.url).pathname.slice(1);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(killer.db);
    },
    async close() {
      await Promise.all([...stores, killer].map((store) => store.close()));
      await database.drop();
    },
  };
}

function open(url: string): Promise<Store> {
  return openPostgres({ url, poolSize: 2, logger: silentLogger(), metrics: createMetrics({ service: 'test' }) });
}

/** A worker in a process of its own. `kill` waits until it holds a job, and then kills it in the middle of it. */
async function spawnVictim(args: string[]): Promise<{ kill(): Promise<void> }> {
  const file = join(import.meta.dirname, 'conformance/victim.fixtures.ts');
  const child = spawn(process.execPath, ['--conditions=@devmesh/source', '--no-warnings', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return {
    async kill() {
      expect((await lines.next()).value).toBe('took');
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function urlOf(variable: string): string {
  const url = process.env[variable];
  if (url === undefined) throw new Error(`${variable} is not set: npm run test:integration brings the servers up.`);
  return url;
}
