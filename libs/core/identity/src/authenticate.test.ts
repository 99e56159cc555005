import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Principal } from '@devmesh/contracts';
import { type Db, type Store, sql } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { DAY_MS, type HandClock, handClock, openDoor, registration, type TestDoor } from './identity.fixtures.ts';
import { newToken } from '@devmesh/vault';

let store: Store;
let db: Db;
let queries: string[];
let door: TestDoor;
let clock: HandClock;
let apiKey: string;
let owner: Principal;

beforeAll(async () => {
  store = await openTestStore();
  db = store.db.withPlugin({
    transformQuery: ({ node }) => {
      queries.push(node.kind);
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
});
beforeEach(async () => {
  queries = [];
  clock = handClock();
  // A poll that never comes by itself: what these tests see, they asked for.
  door = openDoor(db, clock, { pollMs: 1_000_000 });
  ({ apiKey } = await door.identity.registerOrganization(registration()));
  await door.identity.start();
  owner = await door.identity.authenticate(apiKey);
});
afterEach(() => door.close());
afterAll(() => store.close());

const queriesOf = async (run: () => Promise<unknown>) => {
  queries = [];
  await run();
  return queries.length;
};

test('a known key costs no query', async () => {
  expect(await queriesOf(() => door.identity.authenticate(apiKey))).toBe(0);
});

test('a known session costs no query, by token or by cookie', async () => {
  const input = registration();
  await door.identity.registerOrganization(input);
  const who = { email: input.admin_email, password: input.admin_password };
  const { accessToken } = await door.identity.login(who);
  const header = (await door.identity.openBrowserSession(who)).cookie.split(';')[0];
  await door.identity.authenticate(accessToken);
  await door.identity.sessionFromCookie(header);
  expect(await queriesOf(() => door.identity.authenticate(accessToken))).toBe(0);
  expect(await queriesOf(() => door.identity.sessionFromCookie(header))).toBe(0);
});

test('many requests with a key that is not known yet share one query', async () => {
  const { apiKey: fresh } = await door.identity.createKey(owner, { name: 'agent' });
  expect(await queriesOf(() => Promise.all(Array.from({ length: 50 }, () => door.identity.authenticate(fresh))))).toBe(
    1,
  );
});

test('an unknown key is asked for once in five seconds', async () => {
  const unknown = newToken('devmesh_');
  const ask = () => door.identity.authenticate(unknown).catch(() => undefined);
  expect(await queriesOf(ask)).toBe(1);
  expect(await queriesOf(ask)).toBe(0);
  clock.pass(5_000);
  expect(await queriesOf(ask)).toBe(1);
});

test('a remembered key ends by the clock', async () => {
  const { key } = await door.identity.createKey(owner, { name: 'other' });
  clock.pass(90 * DAY_MS);
  // Reads the generation row, without which nothing is trusted after so long a time.
  await door.identity.revokeKey(owner, key.id);
  const refused = door.identity.authenticate(apiKey);
  await expect(refused).rejects.toMatchObject({ code: 'unauthenticated', message: expect.stringContaining('expired') });
});

test('a revoked key is forgotten before the revocation is answered, and its open streams are told', async () => {
  const { apiKey: second, key } = await door.identity.createKey(owner, { name: 'agent' });
  await door.identity.authenticate(second);
  const told: (string | undefined)[] = [];
  const stop = door.identity.onRevoked((id) => told.push(id));
  await door.identity.revokeKey(owner, key.id);
  await expect(door.identity.authenticate(second)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(told).toEqual([key.id]);
  stop();
});

test('revoking one key leaves the others remembered', async () => {
  const { key } = await door.identity.createKey(owner, { name: 'agent' });
  await door.identity.revokeKey(owner, key.id);
  expect(await queriesOf(() => door.identity.authenticate(apiKey))).toBe(0);
});

test('a load that was under way during a revocation is not remembered', async () => {
  const { apiKey: second, key } = await door.identity.createKey(owner, { name: 'agent' });
  // The load is asked first and may well have read the row before it was revoked.
  const early = door.identity.authenticate(second).catch(() => undefined);
  await door.identity.revokeKey(owner, key.id);
  await early;
  await expect(door.identity.authenticate(second)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('nothing is remembered before start', async () => {
  const unstarted = openDoor(db, clock);
  await unstarted.identity.authenticate(apiKey);
  expect(await queriesOf(() => unstarted.identity.authenticate(apiKey))).toBe(1);
  await unstarted.close();
});

test('the last use of a key is written in batches, not by each request', async () => {
  clock.pass(1_000);
  expect(await queriesOf(() => door.identity.authenticate(apiKey))).toBe(0);
  await door.identity.stop();
  const row = await store.db
    .selectFrom('api_keys')
    .select('last_used_at')
    .where('id', '=', owner.keyId ?? '')
    .executeTakeFirst();
  expect(row?.last_used_at).toEqual(clock());
});

test('refuses to guess when the generation row has not been readable for 30 seconds', async () => {
  await sql`ALTER TABLE identity_generation RENAME TO away`.execute(store.db);
  try {
    clock.pass(30_000);
    await expect(door.identity.authenticate(apiKey)).resolves.toBeDefined();
    clock.pass(1);
    await expect(door.identity.authenticate(apiKey)).rejects.toMatchObject({ code: 'unavailable' });
  } finally {
    await sql`ALTER TABLE away RENAME TO identity_generation`.execute(store.db);
  }
});
