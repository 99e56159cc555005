import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Store, sql } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import type { Ensured } from './ensure-organization.ts';
import { type HandClock, handClock, MINUTE_MS, openDoor, registration, type TestDoor } from './identity.fixtures.ts';

let store: Store;
let door: TestDoor;
let clock: HandClock;
let home: Ensured;
const password = 'SecurePass123!';

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  await sql`TRUNCATE organizations CASCADE`.execute(store.db);
  clock = handClock();
  door = openDoor(store.db, clock);
  home = await door.identity.ensureOrganization({
    slug: 'home',
    name: 'Home',
    ownerEmail: 'owner@localhost',
    ownerName: 'Owner',
  });
});
afterEach(() => door.close());
afterAll(() => store.close());

const newLink = () => door.identity.createSignInLink(home.organization.id, home.user.id);

test('sets the password and signs the owner in', async () => {
  const { token } = await newLink();
  expect(await door.identity.findSignInLink(token)).toMatchObject({ email: 'owner@localhost' });
  const { principal } = await door.identity.useSignInLink({ token, password });
  expect(principal).toMatchObject({ kind: 'person', organizationSlug: 'home', roles: ['owner'] });
  expect(await door.identity.login({ email: 'owner@localhost', password })).toBeDefined();
  expect(await door.identity.ownerOf(home.organization.id)).toMatchObject({ has_password: true });
});

test('works once', async () => {
  const { token } = await newLink();
  const answers = await Promise.allSettled([1, 2, 3].map(() => door.identity.useSignInLink({ token, password })));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'unauthenticated' } });
});

test('works for 15 minutes', async () => {
  const { token, expiresAt } = await newLink();
  expect(expiresAt.getTime() - clock().getTime()).toBe(15 * MINUTE_MS);
  clock.pass(15 * MINUTE_MS);
  expect(await door.identity.findSignInLink(token)).toBeUndefined();
  await expect(door.identity.useSignInLink({ token, password })).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a bad password does not use it up', async () => {
  const { token } = await newLink();
  await expect(door.identity.useSignInLink({ token, password: 'short' })).rejects.toMatchObject({
    code: 'invalid_input',
  });
  await expect(door.identity.useSignInLink({ token, password })).resolves.toBeDefined();
});

test('a newer link replaces an older one', async () => {
  const older = await newLink();
  const newer = await newLink();
  await expect(door.identity.useSignInLink({ token: older.token, password })).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  await expect(door.identity.useSignInLink({ token: newer.token, password })).resolves.toBeDefined();
});

test('ends older sessions and lifts a lock', async () => {
  await door.identity.useSignInLink({ token: (await newLink()).token, password });
  const { accessToken } = await door.identity.login({ email: 'owner@localhost', password });
  for (let i = 0; i < 5; i++)
    await door.identity.login({ email: 'owner@localhost', password: 'Wrong-Pass1' }).catch(() => undefined);
  await door.identity.useSignInLink({ token: (await newLink()).token, password: 'Another-Pass1' });
  await expect(door.identity.authenticate(accessToken)).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(door.identity.login({ email: 'owner@localhost', password: 'Another-Pass1' })).resolves.toBeDefined();
});

test('cannot be made for a person of another organisation', async () => {
  const { organization } = await door.identity.registerOrganization(registration());
  await expect(door.identity.createSignInLink(organization.id, home.user.id)).rejects.toMatchObject({
    code: 'not_found',
  });
});
