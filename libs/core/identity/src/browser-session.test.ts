import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
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

const headerOf = (cookie: string) => `theme=dark; ${cookie.split(';')[0]}; x=1`;

test('opens a session in a cookie that scripts cannot read and other sites cannot send along', async () => {
  const { cookie, principal } = await door.identity.openBrowserSession({ email, password });
  expect(cookie).toMatch(/^devmesh_session=[A-Za-z0-9_-]{40,}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
  expect(principal).toMatchObject({ kind: 'person', label: email, roles: ['owner'] });
  expect(await door.identity.sessionFromCookie(headerOf(cookie))).toMatchObject({ principal });
});

test('marks the cookie Secure where people come over https', async () => {
  const https = openDoor(store.db, clock, { secureCookies: true });
  const { cookie } = await https.identity.openBrowserSession({ email, password });
  expect(cookie).toMatch(/; Secure$/);
  await https.close();
});

test('no cookie, another cookie and an old one are nobody', async () => {
  const { cookie } = await door.identity.openBrowserSession({ email, password });
  expect(await door.identity.sessionFromCookie(undefined)).toBeUndefined();
  expect(await door.identity.sessionFromCookie('devmesh_session=nonsense')).toBeUndefined();
  clock.pass(12 * 60 * MINUTE_MS);
  expect(await door.identity.sessionFromCookie(headerOf(cookie))).toBeUndefined();
});

test('a cookie is no bearer token', async () => {
  const { cookie } = await door.identity.openBrowserSession({ email, password });
  const value = /=([^;]+)/.exec(cookie)?.[1] ?? '';
  await expect(door.identity.authenticate(value)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a CSRF token belongs to its session alone', async () => {
  const one = await door.identity.openBrowserSession({ email, password });
  const other = await door.identity.openBrowserSession({ email, password });
  const session = await door.identity.sessionFromCookie(headerOf(one.cookie));
  expect(session?.csrf).toBe(one.csrf);
  expect(one.csrf).not.toBe(other.csrf);
  expect(one.csrf).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('closing ends it at once and takes the cookie away', async () => {
  await door.identity.start();
  const { cookie } = await door.identity.openBrowserSession({ email, password });
  const session = await door.identity.sessionFromCookie(headerOf(cookie));
  const closed = await door.identity.closeBrowserSession(session!.principal);
  expect(closed.cookie).toContain('devmesh_session=; Path=/; Max-Age=0');
  expect(await door.identity.sessionFromCookie(headerOf(cookie))).toBeUndefined();
});
