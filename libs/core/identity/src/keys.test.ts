import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { searchAudit } from '@devmesh/audit';
import type { Principal } from '@devmesh/contracts';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { DAY_MS, type HandClock, handClock, openDoor, registration, type TestDoor } from './identity.fixtures.ts';

let store: Store;
let door: TestDoor;
let clock: HandClock;
let owner: Principal;

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  clock = handClock();
  door = openDoor(store.db, clock);
  owner = await ownerKey();
});
afterEach(() => door.close());
afterAll(() => store.close());

async function ownerKey(): Promise<Principal> {
  return door.identity.authenticate((await door.identity.registerOrganization(registration())).apiKey);
}

async function keyWith(maker: Principal, input: Record<string, unknown>): Promise<Principal> {
  return door.identity.authenticate((await door.identity.createKey(maker, { name: 'k', ...input })).apiKey);
}

test('a key is read-only, sees the observe toolset and lives 90 days unless asked otherwise', async () => {
  const { apiKey, key } = await door.identity.createKey(owner, { name: 'agent' });
  expect(key).toMatchObject({ name: 'agent', scopes: ['read', 'memory:write'], toolset: 'observe' });
  expect(new Date(key.expires_at).getTime() - clock().getTime()).toBe(90 * DAY_MS);
  expect(await door.identity.authenticate(apiKey)).toMatchObject({
    scopes: ['read', 'memory:write'],
    toolset: 'observe',
    label: 'agent',
  });
});

test('carries what was asked for, within what the maker holds', async () => {
  const principal = await keyWith(owner, {
    scopes: ['read', 'kubernetes:write'],
    toolset: 'kubernetes,observe',
    rate_limit: { capacity: 9_000, refillPerMinute: 5_000 },
    context_user_id: 'alice',
  });
  expect(principal).toMatchObject({
    scopes: ['read', 'kubernetes:write'],
    toolset: 'kubernetes,observe',
    rateLimit: { capacity: 9_000, refillPerMinute: 5_000 },
    contextUserId: 'alice',
  });
});

test.each([
  ['scopes', { scopes: ['write'] }],
  ['toolset', { toolset: 'all' }],
  ['toolset', { toolset: 'github,aws' }],
  ['rate_limit', { rate_limit: { capacity: 101, refillPerMinute: 10 } }],
  ['context_user_id', { context_user_id: 'bob' }],
])('nobody grants more %s than they hold: %j', async (field, wanted) => {
  const limited = await keyWith(owner, {
    scopes: ['read', 'admin'],
    toolset: 'github,observe',
    rate_limit: { capacity: 100, refillPerMinute: 100 },
    context_user_id: 'alice',
  });
  await expect(door.identity.createKey(limited, { name: 'more', ...wanted })).rejects.toMatchObject({
    code: 'forbidden',
    details: { field },
  });
});

test('a key made by a bound, limited key is bound and limited too', async () => {
  const limited = await keyWith(owner, {
    scopes: ['admin'],
    rate_limit: { capacity: 10, refillPerMinute: 10 },
    context_user_id: 'alice',
  });
  const { key } = await door.identity.createKey(limited, { name: 'child' });
  expect(key).toMatchObject({
    scopes: [],
    toolset: 'observe',
    rate_limit: { capacity: 10, refillPerMinute: 10 },
    context_user_id: 'alice',
  });
});

test('a key without the scope admin manages no keys', async () => {
  const agent = await keyWith(owner, {});
  const refusal = { code: 'forbidden', suggestion: expect.stringContaining('admin') };
  await expect(door.identity.createKey(agent, { name: 'x' })).rejects.toMatchObject(refusal);
  await expect(door.identity.listKeys(agent)).rejects.toMatchObject(refusal);
  await expect(door.identity.revokeKey(agent, agent.keyId ?? '')).rejects.toMatchObject(refusal);
});

test('bad fields are named', async () => {
  await expect(
    door.identity.createKey(owner, { name: '', scopes: ['everything'], expires_in_days: 0 }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    details: { fields: { name: expect.any(String), 'scopes.0': 'unknown scope', expires_in_days: expect.any(String) } },
  });
});

test('lists tell keys apart and never show one', async () => {
  const { apiKey, key } = await door.identity.createKey(owner, { name: 'agent' });
  const { data, has_more } = await door.identity.listKeys(owner);
  expect(data.map(({ name }) => name).sort()).toEqual(['agent', 'first key']);
  expect(has_more).toBe(false);
  expect(apiKey.startsWith(key.prefix)).toBe(true);
  expect(JSON.stringify(data)).not.toContain(apiKey);
});

test('lists go on from their cursor', async () => {
  for (const name of ['a', 'b', 'c']) {
    clock.pass(1_000);
    await door.identity.createKey(owner, { name });
  }
  const first = await door.identity.listKeys(owner, { limit: 3 });
  expect(first.data.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  const second = await door.identity.listKeys(owner, { limit: 3, cursor: first.next_cursor ?? '' });
  expect(second).toMatchObject({ data: [{ name: 'first key' }], next_cursor: null, has_more: false });
});

test('a revoked key is refused, stays listed as revoked, and can be revoked again', async () => {
  const { apiKey, key } = await door.identity.createKey(owner, { name: 'agent' });
  await door.identity.revokeKey(owner, key.id);
  await expect(door.identity.authenticate(apiKey)).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringContaining('revoked'),
  });
  expect(await door.identity.revokeKey(owner, key.id)).toMatchObject({ id: key.id, revoked_at: clock().toISOString() });
});

test('another organisation’s keys are neither listed nor revoked', async () => {
  const other = await ownerKey();
  const { apiKey, key } = await door.identity.createKey(owner, { name: 'agent' });
  expect((await door.identity.listKeys(other)).data.map(({ id }) => id)).not.toContain(key.id);
  await expect(door.identity.revokeKey(other, key.id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(door.identity.authenticate(apiKey)).resolves.toBeDefined();
});

test('making and revoking a key is audited', async () => {
  const { key } = await door.identity.createKey(owner, { name: 'agent' });
  await door.identity.revokeKey(owner, key.id);
  const { lines } = await searchAudit(store.db, owner.organizationId, { target: key.id });
  expect(lines.map(({ action }) => action)).toEqual(['key.revoked', 'key.created']);
});

test('whoever lost rights takes them from their keys', async () => {
  const { apiKey } = await door.identity.createKey(owner, { name: 'agent', scopes: ['read', 'github:write', 'admin'] });
  await store.db
    .updateTable('users')
    .set({ role: 'viewer' })
    .where('id', '=', owner.userId ?? '')
    .execute();
  expect(await door.identity.authenticate(apiKey)).toMatchObject({ scopes: ['read'] });
});

test('what still holds is read from the database, for keys and for people', async () => {
  const { apiKey, key } = await door.identity.createKey(owner, { name: 'agent' });
  const agent = await door.identity.authenticate(apiKey);
  expect(await door.identity.stillHolds(agent)).toEqual(agent);
  clock.pass(91 * DAY_MS);
  await expect(door.identity.stillHolds(agent)).rejects.toMatchObject({
    code: 'forbidden',
    details: { reason: 'expired' },
  });
  await door.identity.revokeKey(owner, key.id);
  await expect(door.identity.stillHolds(agent)).rejects.toMatchObject({
    code: 'forbidden',
    details: { reason: 'revoked' },
  });
});

test('a person who signed out still holds what they asked for, a deactivated one does not', async () => {
  const input = registration();
  await door.identity.registerOrganization(input);
  const { accessToken } = await door.identity.login({ email: input.admin_email, password: input.admin_password });
  const person = await door.identity.authenticate(accessToken);
  await door.identity.logout(person);
  expect(await door.identity.stillHolds(person)).toEqual(person);
  await store.db
    .updateTable('users')
    .set({ disabled_at: clock() })
    .where('id', '=', person.userId ?? '')
    .execute();
  await expect(door.identity.stillHolds(person)).rejects.toMatchObject({
    code: 'forbidden',
    details: { reason: 'user_disabled' },
  });
});
