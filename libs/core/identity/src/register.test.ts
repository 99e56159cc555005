import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Store, sql } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { handClock, openDoor, registration, type TestDoor } from './identity.fixtures.ts';

let store: Store;
let door: TestDoor;
const clock = handClock();

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  await sql`TRUNCATE organizations CASCADE`.execute(store.db);
  door = openDoor(store.db, clock);
});
afterEach(() => door.close());
afterAll(() => store.close());

test('gives the contract’s body and a key that holds the owner’s scopes and every tool', async () => {
  const input = registration();
  const { organization, user, apiKey, key } = await door.identity.registerOrganization(input);
  expect(organization).toMatchObject({
    name: 'My AI Company',
    slug: input.organization_slug,
    subscription_tier: 'free',
  });
  expect(user).toMatchObject({ email: input.admin_email, name: 'Admin User', role: 'owner', email_verified: false });
  expect(apiKey).toMatch(/^devmesh_[A-Za-z0-9_-]{40,}$/);
  expect(key).toMatchObject({ scopes: ['read', 'write', 'admin'], toolset: 'all', prefix: apiKey.slice(0, 13) });
  expect(await door.identity.authenticate(apiKey)).toMatchObject({
    organizationId: organization.id,
    organizationSlug: organization.slug,
    kind: 'key',
    keyId: key.id,
    scopes: ['read', 'write', 'admin'],
    toolset: 'all',
    roles: [],
  });
});

test('stores neither the key nor the password in a readable form', async () => {
  const { apiKey } = await door.identity.registerOrganization(registration());
  const keys = await store.db.selectFrom('api_keys').selectAll().execute();
  const users = await store.db.selectFrom('users').selectAll().execute();
  expect(JSON.stringify(keys)).not.toContain(apiKey.slice(13));
  expect(JSON.stringify(users)).not.toContain('SecurePass123!');
  expect(users[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('names each bad field, and fields that nobody knows', async () => {
  const bad = registration({ organization_slug: 'A!', admin_email: 'nobody', admin_password: 'short', color: 'red' });
  await expect(door.identity.registerOrganization(bad)).rejects.toMatchObject({
    code: 'invalid_input',
    details: {
      fields: {
        organization_slug: expect.stringContaining('3 to 50'),
        admin_email: expect.any(String),
        admin_password: expect.stringMatching(/8 characters.*upper case.*digit/),
        color: 'is not a known field',
      },
    },
  });
});

test.each([
  ['securepass123', 'upper case'],
  ['SECUREPASS123', 'lower case'],
  ['SecurePassword', 'digit'],
  ['Secur1!', '8 characters'],
])('refuses the password %s', async (password, why) => {
  await expect(door.identity.registerOrganization(registration({ admin_password: password }))).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining(why),
  });
});

test('a slug or an e-mail that is taken is a conflict that names it, whatever its case', async () => {
  const first = registration();
  await door.identity.registerOrganization(first);
  await expect(
    door.identity.registerOrganization(registration({ organization_slug: first.organization_slug })),
  ).rejects.toMatchObject({ code: 'conflict', details: { fields: { organization_slug: 'is taken' } } });
  await expect(
    door.identity.registerOrganization(registration({ admin_email: first.admin_email.toUpperCase() })),
  ).rejects.toMatchObject({ code: 'conflict', details: { fields: { admin_email: 'is taken' } } });
});

test('two registrations of one slug at the same moment make one organisation', async () => {
  const input = registration();
  const answers = await Promise.allSettled([input, input].map((each) => door.identity.registerOrganization(each)));
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
});

test('closed to everybody', async () => {
  const closed = openDoor(store.db, clock, { openRegistration: 'closed' });
  await expect(closed.identity.registerOrganization(registration())).rejects.toMatchObject({ code: 'forbidden' });
  await closed.close();
});

test('open to the first organisation only', async () => {
  const first = openDoor(store.db, clock, { openRegistration: 'first-only' });
  await first.identity.registerOrganization(registration());
  await expect(first.identity.registerOrganization(registration())).rejects.toMatchObject({ code: 'forbidden' });
  await first.close();
});

test('the organisation of a first start is made once, without a password, and later starts find it', async () => {
  const input = { slug: 'home', name: 'Home', ownerEmail: 'Owner@localhost', ownerName: 'Owner' };
  const first = await door.identity.ensureOrganization(input);
  expect(first).toMatchObject({ created: true, organization: { slug: 'home' }, user: { email: 'owner@localhost' } });
  expect(await door.identity.authenticate(first.apiKey ?? '')).toMatchObject({ organizationSlug: 'home' });
  const second = await door.identity.ensureOrganization(input);
  expect(second).toMatchObject({ created: false, organization: { id: first.organization.id } });
  expect(second.apiKey).toBeUndefined();
  expect(await door.identity.ownerOf(first.organization.id)).toMatchObject({ has_password: false });
});

test('an operator’s own first key must look like one, and then works', async () => {
  const input = { slug: 'home', name: 'Home', ownerEmail: 'owner@localhost', ownerName: 'Owner' };
  await expect(door.identity.ensureOrganization({ ...input, apiKey: 'secret' })).rejects.toMatchObject({
    code: 'invalid_input',
  });
  const apiKey = `devmesh_${'a1B2'.repeat(10)}`;
  await door.identity.ensureOrganization({ ...input, apiKey });
  expect(await door.identity.authenticate(apiKey)).toMatchObject({ organizationSlug: 'home' });
});

test('the first organisation is the oldest, and the only one is none once there are two', async () => {
  expect(await door.identity.firstOrganization()).toBeUndefined();
  const { organization } = await door.identity.registerOrganization(registration());
  expect(await door.identity.onlyOrganization()).toMatchObject({ id: organization.id });
  clock.pass(1_000);
  await door.identity.registerOrganization(registration());
  expect(await door.identity.firstOrganization()).toMatchObject({ id: organization.id });
  expect(await door.identity.onlyOrganization()).toBeUndefined();
  expect(await door.identity.organizationBySlug(organization.slug)).toMatchObject({ id: organization.id });
});
