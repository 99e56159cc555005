import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { PLATFORM_ORGANIZATION, searchAudit } from '@devmesh/audit';
import { type Store, sql } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import type { SystemKey } from '@devmesh/vault';
import { adminOf, announcementOf, handClock, openConnections, systemKey } from './connections.fixtures.ts';
import type { Connections } from './connections.ts';

let store: Store;
let connections: Connections;
let key: SystemKey;
let other: SystemKey;
const clock = handClock();
const acme = adminOf('acme');
const globex = adminOf('globex');

beforeAll(async () => {
  store = await openTestStore();
  [key, other] = await Promise.all([systemKey(), systemKey()]);
});
beforeEach(async () => {
  await sql`TRUNCATE connections, system_keys, announcements`.execute(store.db);
  connections = openConnections(store.db, clock);
});
afterAll(() => store.close());

const announce = (changed: Parameters<typeof announcementOf>[1] = {}, by = key) =>
  connections.saveAnnouncement(announcementOf(by.publicJwk, changed));
const versions = async () => (await connections.listAnnouncements()).map(({ announcement }) => announcement.appVersion);
const securityEvents = async (organizationId: string) =>
  (await searchAudit(store.db, organizationId, { target: 'prometheus' })).lines.map(({ action }) => action);

test('the last announcement of each system is kept, with when it was heard', async () => {
  expect(await announce()).toBe('saved');
  clock.pass(10_000);
  expect(await announce({ instance: 'inst_2' })).toBe('unchanged');
  expect(await announce({ title: 'Prometheus and Alertmanager' })).toBe('saved');
  expect(await connections.listAnnouncements()).toMatchObject([
    { announcement: { system: 'prometheus', title: 'Prometheus and Alertmanager' }, announcedAt: clock() },
  ]);
});

test('while two versions announce within 30 seconds the higher one wins; left alone, the lower one does', async () => {
  await announce({ appVersion: '1.10.0' });
  clock.pass(10_000);
  expect(await announce({ appVersion: '1.9.0' })).toBe('older_version');
  expect(await versions()).toEqual(['1.10.0']);
  expect(await announce({ appVersion: '1.11.0' })).toBe('saved');
  clock.pass(30_000);
  expect(await announce({ appVersion: '1.9.0' })).toBe('saved');
  expect(await versions()).toEqual(['1.9.0']);
});

test('another key than the pinned one is refused, and each organisation concerned is told once', async () => {
  await announce();
  await connections.create(acme, { system: 'prometheus', name: 'main' });
  expect(await announce({ title: 'Intruder', appVersion: '9.0.0' }, other)).toBe('key_refused');
  expect(await announce({ title: 'Intruder', appVersion: '9.0.0' }, other)).toBe('key_refused');
  expect(await connections.listAnnouncements()).toMatchObject([{ announcement: { title: 'Prometheus' } }]);
  expect(await securityEvents(acme.organizationId)).toEqual(['system_key.refused']);
  expect(await securityEvents(PLATFORM_ORGANIZATION)).toEqual(['system_key.refused']);
  expect(await securityEvents(globex.organizationId)).toEqual([]);
});

test('the same key under another label is the same key', async () => {
  await announce();
  expect(await announce({ publicJwk: { ...key.publicJwk, kid: 'renamed' } })).toBe('saved');
});

test('an operator has the key forgotten, learns what has to be entered again, and the next key is pinned', async () => {
  await announce();
  await connections.create(acme, { system: 'prometheus', name: 'main', credential: { token: 'secret' } });
  expect(await connections.repinSystemKey('prometheus', 'ops@example.org')).toEqual({ connectionsToReenter: 1 });
  expect(await announce({}, other)).toBe('saved');
  expect(await announce({}, key)).toBe('key_refused');
  await expect(connections.repinSystemKey('nothing', 'ops')).rejects.toMatchObject({ code: 'not_found' });
});

test('a key that nothing can be sealed to is not pinned', async () => {
  await expect(announce({ publicJwk: { kty: 'oct', k: 'AAAA' } })).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await announce()).toBe('saved');
});

test('a connection of the environment is seen by the organisation it names and by nobody else', async () => {
  const given = { organization: 'acme', name: 'env', environment: 'prod', endpoint: 'http://prom:9090', settings: {} };
  await announce({ environmentConnections: [given] });
  expect(await connections.list(acme)).toMatchObject([
    { id: 'env:prometheus:env', origin: 'environment', name: 'env', environment: 'prod', is_default: true },
  ]);
  expect(await connections.get(acme, 'env:prometheus:env')).toMatchObject({ name: 'env' });
  expect(await connections.resolve(acme.organizationId, 'acme', 'prometheus')).toMatchObject({
    origin: 'environment',
    name: 'env',
  });
  expect(await connections.list(globex)).toEqual([]);
  expect(await connections.resolve(globex.organizationId, 'globex', 'prometheus')).toBeUndefined();
  await expect(connections.get(globex, 'env:prometheus:env')).rejects.toMatchObject({ code: 'not_found' });
  expect(await connections.names(acme.organizationId, 'acme', ['prometheus', 'aws'])).toEqual(
    new Map([['prometheus', ['env']]]),
  );
  expect(await connections.names(globex.organizationId, 'globex', ['prometheus', 'aws'])).toEqual(new Map());
});

test('a connection of the environment cannot be changed, hides nothing and stays the default until another is made it', async () => {
  const given = { organization: 'acme', name: 'env', environment: 'prod', settings: {} };
  await announce({ environmentConnections: [given] });
  await expect(connections.remove(acme, 'env:prometheus:env')).rejects.toMatchObject({ code: 'conflict' });
  await expect(connections.create(acme, { system: 'prometheus', name: 'env' })).rejects.toMatchObject({
    code: 'conflict',
  });
  const own = await connections.create(acme, { system: 'prometheus', name: 'own' });
  expect(own.is_default).toBe(false);
  const resolve = () => connections.resolve(acme.organizationId, 'acme', 'prometheus');
  expect(await resolve()).toMatchObject({ name: 'env' });
  await connections.patch(acme, own.id, { is_default: true });
  expect(await resolve()).toMatchObject({ name: 'own' });
});
