import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { PLATFORM_ORGANIZATION, searchAudit } from '@devmesh/audit';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { newToken } from '@devmesh/vault';
import { type HandClock, handClock, MINUTE_MS, openDoor, registration, type TestDoor } from './identity.fixtures.ts';

let store: Store;
let door: TestDoor;
let clock: HandClock;
let email: string;
const password = 'SecurePass123!';

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  clock = handClock();
  door = openDoor(store.db, clock);
  const input = registration();
  email = input.admin_email;
  await door.identity.registerOrganization(input);
});
afterEach(() => door.close());
afterAll(() => store.close());

const wrong = (address = email) => door.identity.login({ email: address, password: 'Wrong-Pass1' });
const right = () => door.identity.login({ email, password });

test('gives tokens that authenticate a person with their role’s scopes', async () => {
  const signedIn = await door.identity.login({ email: email.toUpperCase(), password });
  expect(signedIn).toMatchObject({
    user: { email, role: 'owner' },
    organization: { name: 'My AI Company' },
    expiresInSeconds: 900,
  });
  const principal = await door.identity.authenticate(signedIn.accessToken);
  expect(principal).toMatchObject({
    kind: 'person',
    id: `user:${signedIn.user.id}`,
    roles: ['owner'],
    scopes: ['read', 'write', 'admin'],
    label: email,
  });
  expect(principal.keyId).toBeUndefined();
});

test('an access token ends after 15 minutes', async () => {
  const { accessToken } = await right();
  clock.pass(15 * MINUTE_MS + 1_000);
  await expect(door.identity.authenticate(accessToken)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a forged token, a foreign one and nonsense are refused without a query', async () => {
  const { accessToken } = await right();
  const [head, body] = accessToken.split('.');
  for (const token of [`${head}.${body}.AAAA`, 'a.b.c', 'hello', '', `devmesh_short`, 'x'.repeat(100_000)]) {
    await expect(door.identity.authenticate(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  }
});

test('says the same for a wrong password and an unknown e-mail', async () => {
  const known = await wrong().catch((error: unknown) => error);
  const unknown = await wrong('nobody@example.org').catch((error: unknown) => error);
  expect(known).toMatchObject({ code: 'unauthenticated' });
  expect((unknown as Error).message).toBe((known as Error).message);
});

test('five wrong passwords lock the account for 15 minutes, the right password included', async () => {
  for (let i = 0; i < 5; i++) await expect(wrong()).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(right()).rejects.toMatchObject({ code: 'rate_limited', details: { retry_after_seconds: 900 } });
  clock.pass(15 * MINUTE_MS);
  await expect(right()).resolves.toMatchObject({ user: { email } });
});

test('locks nobody else', async () => {
  const other = registration();
  await door.identity.registerOrganization(other);
  for (let i = 0; i < 6; i++) await wrong().catch(() => undefined);
  await expect(door.identity.login({ email: other.admin_email, password })).resolves.toBeDefined();
});

test('a right password sets the count back', async () => {
  for (let i = 0; i < 4; i++) await wrong().catch(() => undefined);
  await right();
  for (let i = 0; i < 4; i++) await wrong().catch(() => undefined);
  await expect(right()).resolves.toBeDefined();
});

test('wrong passwords of another quarter of an hour do not count', async () => {
  for (let i = 0; i < 4; i++) await wrong().catch(() => undefined);
  clock.pass(15 * MINUTE_MS);
  await expect(wrong()).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(right()).resolves.toBeDefined();
});

test('an e-mail that nobody has locks the same way, so that the lock tells nothing', async () => {
  const unknown = `nobody-${process.pid}@example.org`;
  for (let i = 0; i < 5; i++) await expect(wrong(unknown)).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(wrong(unknown)).rejects.toMatchObject({ code: 'rate_limited', details: { retry_after_seconds: 900 } });
  clock.pass(15 * MINUTE_MS);
  await expect(wrong(unknown)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('somebody without a password yet cannot sign in with any', async () => {
  await door.identity.ensureOrganization({
    slug: 'home',
    name: 'Home',
    ownerEmail: 'owner@localhost',
    ownerName: 'Owner',
  });
  await expect(wrong('owner@localhost')).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('right, wrong and locked sign-ins are audited, a flood of locked ones as one line', async () => {
  const { organization } = await right();
  for (let i = 0; i < 20; i++) await wrong().catch(() => undefined);
  await door.flushAudit();
  const { lines } = await searchAudit(store.db, organization.id);
  const count = (action: string) => lines.filter((line) => line.action === action).length;
  expect({ ok: count('login.succeeded'), failed: count('login.failed'), locked: count('login.locked') }).toEqual({
    ok: 1,
    failed: 1,
    locked: 1,
  });
});

test('a flood of unknown keys and e-mails leaves one line of each, with nobody’s organisation', async () => {
  const before = (await searchAudit(store.db, PLATFORM_ORGANIZATION)).lines.length;
  for (let i = 0; i < 20; i++) {
    await door.identity.authenticate(newToken('devmesh_')).catch(() => undefined);
    if (i < 3) await wrong(`nobody-${i}@flood.example`).catch(() => undefined);
  }
  await door.flushAudit();
  const { lines } = await searchAudit(store.db, PLATFORM_ORGANIZATION);
  const added = lines.slice(0, lines.length - before).map(({ action }) => action);
  expect(added.sort()).toEqual(['auth.failed', 'login.failed']);
});

test('a refresh token gives the next pair, once', async () => {
  const first = await right();
  const second = await door.identity.refresh(first.refreshToken);
  expect(second.refreshToken).not.toBe(first.refreshToken);
  expect(await door.identity.authenticate(second.accessToken)).toMatchObject({ label: email });
});

test('a refresh token that comes back ends the whole session, the newest tokens included', async () => {
  await door.identity.start();
  const first = await right();
  const second = await door.identity.refresh(first.refreshToken);
  await door.identity.authenticate(second.accessToken);
  await expect(door.identity.refresh(first.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(door.identity.refresh(second.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(door.identity.authenticate(second.accessToken)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a refresh token ends with its session after 30 days', async () => {
  const { refreshToken } = await right();
  clock.pass(30 * 24 * 60 * MINUTE_MS);
  await expect(door.identity.refresh(refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('logout ends access and refresh at once', async () => {
  await door.identity.start();
  const { accessToken, refreshToken } = await right();
  await door.identity.logout(await door.identity.authenticate(accessToken));
  await expect(door.identity.authenticate(accessToken)).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(door.identity.refresh(refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
});
