import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openDesk, type Desk } from './calls.fixtures.ts';
import type { PostResponse } from './post-keys.ts';

let store: Store;
let desk: Desk;
/** What happens while somebody waits. */
let meanwhile: (() => unknown)[];

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => {
  meanwhile = [];
  desk = openDesk(store.db, { pause: async () => void (await meanwhile.shift()?.()) });
});
afterAll(() => store.close());

const made = (id: number): PostResponse => ({ status: 201, body: { id } });
const post = (make: () => Promise<PostResponse>, over: { key?: string; hash?: string; route?: string } = {}) =>
  desk.posts.run(desk.principal(), over.route ?? 'keys.create', over.key ?? 'k1', over.hash ?? 'h1', make);
const never = () => Promise.reject(new Error('must not run'));

test('a repeat gets the stored answer, and nothing is made twice', async () => {
  expect(await post(async () => made(1))).toEqual(made(1));
  expect(await post(never)).toEqual(made(1));
});

test('a key belongs to one principal and one route', async () => {
  await post(async () => made(1));
  expect(await post(async () => made(2), { route: 'contexts.create' })).toEqual(made(2));
  const other = desk.principal({ id: 'key:other' });
  expect(await desk.posts.run(other, 'keys.create', 'k1', 'h1', async () => made(3))).toEqual(made(3));
});

test('other input under the same key is refused with 422, also while the first is at work', async () => {
  const first = Promise.withResolvers<PostResponse>();
  const began = Promise.withResolvers<undefined>();
  const running = post(() => {
    began.resolve(undefined);
    return first.promise;
  });
  await began.promise;
  await expect(post(never, { hash: 'h2' })).rejects.toMatchObject({ code: 'conflict', httpStatus: 422 });
  first.resolve(made(1));
  await running;
  await expect(post(never, { hash: 'h2' })).rejects.toMatchObject({ code: 'conflict', httpStatus: 422 });
});

test('a concurrent duplicate waits for the first and gets its answer', async () => {
  const first = Promise.withResolvers<PostResponse>();
  const running = post(() => first.promise);
  meanwhile.push(async () => {
    first.resolve(made(1));
    await running;
  });
  expect(await post(never)).toEqual(made(1));
});

test('a duplicate does not wait for ever', async () => {
  const first = Promise.withResolvers<PostResponse>();
  const running = post(() => first.promise);
  await expect(post(never)).rejects.toMatchObject({ code: 'conflict', httpStatus: 409, retryable: true });
  first.resolve(made(1));
  await running;
});

test('a failure is not kept: it may be tried again', async () => {
  const failing = post(() => Promise.reject(new AppError('unavailable', 'away')));
  await expect(failing).rejects.toMatchObject({ code: 'unavailable' });
  expect(await post(async () => made(1))).toEqual(made(1));
});

test('who crashed loses the key after a minute, who is at work keeps it', async () => {
  // A process that died is one whose answer never comes and that renews nothing.
  const renewals: (() => void)[] = [];
  jest.spyOn(globalThis, 'setInterval').mockImplementation(((renew: () => void) => {
    renewals.push(renew);
    return { unref: () => undefined };
  }) as never);
  const began = Promise.withResolvers<undefined>();
  void post(() => {
    began.resolve(undefined);
    return new Promise(() => {});
  });
  await began.promise;
  desk.advance(50_000);
  renewals[0]?.();
  desk.advance(50_000);
  await expect(post(never)).rejects.toMatchObject({ code: 'conflict' });
  desk.advance(11_000);
  expect(await post(async () => made(2))).toEqual(made(2));
});

test('what was made is answered although its answer could not be kept', async () => {
  jest.spyOn(desk.vault, 'seal').mockRejectedValueOnce(new Error('away'));
  expect(await post(async () => made(1))).toEqual(made(1));
  await expect(post(never)).rejects.toMatchObject({ code: 'conflict' });
});

test('an answer is kept sealed: the database holds no secret of it', async () => {
  await post(async () => ({ status: 201, body: { api_key: 'devmesh_very-secret' } }));
  const rows = await store.db.selectFrom('idempotent_posts').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('very-secret');
  expect(await post(never)).toEqual({ status: 201, body: { api_key: 'devmesh_very-secret' } });
});

test('keys are kept for 24 hours', async () => {
  await post(async () => made(1));
  desk.advance(24 * 3_600_000);
  await desk.posts.sweep();
  expect(await post(never)).toEqual(made(1));
  desk.advance(1);
  expect(await desk.posts.sweep()).toBeGreaterThan(0);
  expect(await post(async () => made(2))).toEqual(made(2));
});
