import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BucketSize, Cache } from './cache.ts';

export interface CacheHarness {
  /** One replica's view of the same shared state; the in-memory form gives the same one every time. */
  replica(): Promise<Cache>;
  /** Resolves when the backend's clock shows `ms` more. */
  pass(ms: number): Promise<void>;
  /** The backend's clock, in ms. */
  now(): Promise<number>;
  close(): Promise<void>;
}

const WRITERS = 8;

/** What every form of the cache promises. */
export function describeCache(name: string, make: () => Promise<CacheHarness>): void {
  describe(name, () => {
    let harness: CacheHarness;
    let cache: Cache;
    const replicas: Cache[] = [];
    let key: string;

    beforeAll(async () => {
      harness = await make();
      for (let i = 0; i < WRITERS; i++) replicas.push(await harness.replica());
      cache = replicas[0]!;
    });
    // A key of its own for each test: the server may be shared.
    beforeEach(() => void (key = `test-${randomUUID()}`));
    afterAll(async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      await harness.close();
    });

    describe('buckets', () => describeBuckets(() => ({ cache, key, harness })));
    describe('leases', () => describeLeases(() => ({ cache, key, harness })));
    describe('values', () => describeValues(() => ({ cache, key, harness })));
    describe(`with ${WRITERS} writers`, () => describeWriters(() => ({ replicas, key, harness })));

    test('says that it is up and since when', () => {
      expect(cache.state()).toMatchObject({ state: 'up', since: expect.stringMatching(/^\d{4}-.*Z$/) });
    });
  });
}

type One = () => { cache: Cache; key: string; harness: CacheHarness };
type Many = () => { replicas: Cache[]; key: string; harness: CacheHarness };

function describeBuckets(one: One): void {
  const slow: BucketSize = { capacity: 3, refillPerMinute: 1 };

  test('a new bucket is full and says what is left and how long it takes to fill', async () => {
    const { cache, key } = one();
    expect(await cache.take(key, slow)).toEqual({ allowed: true, remaining: 2, resetMs: 60_000, retryAfterMs: 0 });
  });

  test('an empty bucket refuses and says when to come back', async () => {
    const { cache, key } = one();
    await cache.take(key, { ...slow, cost: 3 });
    const refused = await cache.take(key, slow);
    expect(refused).toMatchObject({ allowed: false, remaining: 0 });
    expect(refused.retryAfterMs).toBeGreaterThan(50_000);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test('a refused take costs nothing', async () => {
    const { cache, key } = one();
    await cache.take(key, { ...slow, cost: 2 });
    expect(await cache.take(key, { ...slow, cost: 2 })).toMatchObject({ allowed: false, remaining: 1 });
    expect(await cache.take(key, slow)).toMatchObject({ allowed: true, remaining: 0 });
  });

  test('a token is there when the time that was told has passed', async () => {
    const { cache, key, harness } = one();
    const size = { capacity: 2, refillPerMinute: 600 };
    await cache.take(key, { ...size, cost: 2 });
    const { retryAfterMs } = await cache.take(key, size);
    await harness.pass(retryAfterMs);
    expect((await cache.take(key, size)).allowed).toBe(true);
  });

  test('a bucket never fills over its capacity', async () => {
    const { cache, key, harness } = one();
    const size = { capacity: 2, refillPerMinute: 60_000 };
    await cache.take(key, size);
    await harness.pass(50);
    expect(await cache.take(key, { ...size, cost: 0 })).toMatchObject({ remaining: 2, resetMs: 0 });
  });

  test('a cost of 0 only looks', async () => {
    const { cache, key } = one();
    await cache.take(key, slow);
    for (let i = 0; i < 3; i++)
      expect(await cache.take(key, { ...slow, cost: 0 })).toMatchObject({ allowed: true, remaining: 2 });
  });

  test('a smaller capacity holds at once', async () => {
    const { cache, key } = one();
    await cache.take(key, { capacity: 1_000_000_000, refillPerMinute: 1 });
    expect(await cache.take(key, slow)).toMatchObject({ allowed: true, remaining: 2 });
  });

  test('buckets of different keys know nothing of each other', async () => {
    const { cache, key } = one();
    await cache.take(key, { ...slow, cost: 3 });
    expect(await cache.take(`${key}-other`, slow)).toMatchObject({ remaining: 2 });
  });

  test('numbers that cannot be meant are refused', async () => {
    const { cache, key } = one();
    const bad = [{ capacity: 0 }, { capacity: 1.5 }, { refillPerMinute: 0 }, { cost: -1 }, { cost: NaN }, { cost: 4 }];
    for (const change of bad)
      await expect(cache.take(key, { ...slow, ...change })).rejects.toMatchObject({ code: 'invalid_input' });
  });
}

function describeLeases(one: One): void {
  const lasting = { limit: 2, leaseMs: 60_000 };

  test('there are as many holders as the limit allows, and a release makes room', async () => {
    const { cache, key } = one();
    expect(await cache.acquire(key, { ...lasting, holder: 'a' })).toBe(true);
    expect(await cache.acquire(key, { ...lasting, holder: 'b' })).toBe(true);
    expect(await cache.acquire(key, { ...lasting, holder: 'c' })).toBe(false);
    await cache.release(key, 'a');
    expect(await cache.acquire(key, { ...lasting, holder: 'c' })).toBe(true);
  });

  test('a holder that asks again keeps its one place', async () => {
    const { cache, key } = one();
    for (let i = 0; i < 3; i++) expect(await cache.acquire(key, { ...lasting, holder: 'a' })).toBe(true);
    expect(await cache.acquire(key, { ...lasting, holder: 'b' })).toBe(true);
  });

  test('a dead holder’s place becomes free by itself, and the dead cannot renew it', async () => {
    const { cache, key, harness } = one();
    await cache.acquire(key, { limit: 1, leaseMs: 40, holder: 'dead' });
    await harness.pass(41);
    expect(await cache.acquire(key, { ...lasting, limit: 1, holder: 'b' })).toBe(true);
    expect(await cache.renew(key, 'dead', 60_000)).toBe(false);
  });

  test('a dead holder’s place becomes free also while others live on', async () => {
    const { cache, key, harness } = one();
    await cache.acquire(key, { ...lasting, holder: 'living' });
    await cache.acquire(key, { limit: 2, leaseMs: 40, holder: 'dead' });
    await harness.pass(41);
    expect(await cache.acquire(key, { ...lasting, holder: 'c' })).toBe(true);
    expect(await cache.acquire(key, { ...lasting, holder: 'd' })).toBe(false);
  });

  test('a renewed lease holds for its new time', async () => {
    const { cache, key, harness } = one();
    await cache.acquire(key, { limit: 1, leaseMs: 500, holder: 'a' });
    expect(await cache.renew(key, 'a', 60_000)).toBe(true);
    await harness.pass(501);
    expect(await cache.acquire(key, { ...lasting, limit: 1, holder: 'b' })).toBe(false);
  });

  test('a short lease beside a long one does not shorten it', async () => {
    const { cache, key, harness } = one();
    await cache.acquire(key, { ...lasting, holder: 'long' });
    await cache.acquire(key, { limit: 2, leaseMs: 40, holder: 'short' });
    await harness.pass(41);
    expect(await cache.renew(key, 'long', 60_000)).toBe(true);
  });

  test('releasing what one does not hold changes nothing', async () => {
    const { cache, key } = one();
    await cache.acquire(key, { ...lasting, limit: 1, holder: 'a' });
    await cache.release(key, 'b');
    await cache.release(`${key}-unknown`, 'b');
    expect(await cache.acquire(key, { ...lasting, limit: 1, holder: 'b' })).toBe(false);
  });

  test('leases without a limit or a length are refused', async () => {
    const { cache, key } = one();
    const invalid = { code: 'invalid_input' };
    await expect(cache.acquire(key, { ...lasting, limit: 0, holder: 'a' })).rejects.toMatchObject(invalid);
    await expect(cache.acquire(key, { limit: 1, leaseMs: 0, holder: 'a' })).rejects.toMatchObject(invalid);
    await expect(cache.renew(key, 'a', 0.5)).rejects.toMatchObject(invalid);
  });
}

function describeValues(one: One): void {
  test('a value comes back until its time is over', async () => {
    const { cache, key, harness } = one();
    await cache.set(key, 'grüße', 60_000);
    expect(await cache.get(key)).toBe('grüße');
    await cache.set(key, 'short', 40);
    await harness.pass(41);
    expect(await cache.get(key)).toBeUndefined();
  });

  test('a deleted or never set value is undefined, an empty one is empty', async () => {
    const { cache, key } = one();
    await cache.set(key, '', 60_000);
    expect(await cache.get(key)).toBe('');
    await cache.delete(key);
    expect(await cache.get(key)).toBeUndefined();
    await cache.delete(key);
    await expect(cache.set(key, 'x', 0)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('one key names a bucket, a lease and a value without mixing them', async () => {
    const { cache, key } = one();
    await cache.set(key, '1', 60_000);
    await cache.acquire(key, { limit: 1, leaseMs: 60_000, holder: 'a' });
    expect(await cache.take(key, { capacity: 1, refillPerMinute: 1 })).toMatchObject({ allowed: true });
    expect(await cache.get(key)).toBe('1');
  });
}

function describeWriters(many: Many): void {
  test('a bucket gives its whole capacity, and never more than capacity and refill together', async () => {
    const { replicas, key, harness } = many();
    const size = { capacity: 100, refillPerMinute: 6_000 };
    const startedMs = await harness.now();
    const given = await Promise.all(
      replicas.map(async (replica) => {
        let allowed = 0;
        for (let i = 0; i < 100; i++) if ((await replica.take(key, size)).allowed) allowed++;
        return allowed;
      }),
    );
    const refilled = (((await harness.now()) - startedMs) * size.refillPerMinute) / 60_000;
    const total = given.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThanOrEqual(size.capacity);
    expect(total).toBeLessThanOrEqual(size.capacity + Math.floor(refilled));
  });

  test('takes of different sizes never add up to more than there is', async () => {
    const { replicas, key } = many();
    const size = { capacity: 1_000, refillPerMinute: 1 };
    const takes = replicas.flatMap((replica, i) =>
      Array.from({ length: 60 }, async () => ((await replica.take(key, { ...size, cost: i + 1 })).allowed ? i + 1 : 0)),
    );
    const total = (await Promise.all(takes)).reduce((sum, cost) => sum + cost, 0);
    const { remaining } = await replicas[0]!.take(key, { ...size, cost: 0 });
    expect(total + remaining).toBe(size.capacity);
  });

  test('leases never exceed their limit, and everybody gets one in the end', async () => {
    const { replicas, key } = many();
    const limit = 3;
    let holding = 0;
    let most = 0;
    await Promise.all(
      replicas.map(async (replica, writer) => {
        for (let round = 0; round < 20; round++) {
          const holder = `${writer}-${round}`;
          while (!(await replica.acquire(key, { limit, leaseMs: 60_000, holder }))) await nextTurn();
          most = Math.max(most, ++holding);
          await nextTurn();
          holding--;
          await replica.release(key, holder);
        }
      }),
    );
    expect(most).toBeLessThanOrEqual(limit);
    expect(most).toBeGreaterThan(1);
  });

  test('of all who ask at once exactly as many as the limit get a place', async () => {
    const { replicas, key } = many();
    const asked = replicas.flatMap((replica, writer) =>
      Array.from({ length: 5 }, (_, i) =>
        replica.acquire(key, { limit: 7, leaseMs: 60_000, holder: `${writer}-${i}` }),
      ),
    );
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(7);
  });

  test('the places of dead holders are given again, once each', async () => {
    const { replicas, key, harness } = many();
    for (let i = 0; i < 3; i++) await replicas[i]!.acquire(key, { limit: 3, leaseMs: 40, holder: `dead-${i}` });
    await harness.pass(41);
    const asked = replicas.map((replica, i) => replica.acquire(key, { limit: 3, leaseMs: 60_000, holder: `new-${i}` }));
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(3);
  });

  test('what one replica sets or deletes all others see', async () => {
    const { replicas, key } = many();
    await replicas[0]!.set(key, 'x', 60_000);
    expect(await Promise.all(replicas.map((replica) => replica.get(key)))).toEqual(replicas.map(() => 'x'));
    await replicas[1]!.delete(key);
    expect(await Promise.all(replicas.map((replica) => replica.get(key)))).toEqual(replicas.map(() => undefined));
  });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
