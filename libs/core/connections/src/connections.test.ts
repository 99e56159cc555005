import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { searchAudit } from '@devmesh/audit';
import { createMemoryBus, createMemoryNetwork } from '@devmesh/bus';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { type Store, sql } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openWith, type SystemKey } from '@devmesh/vault';
import { adminOf, announcementOf, handClock, openConnections, systemKey } from './connections.fixtures.ts';
import type { Connections } from './connections.ts';

let store: Store;
let connections: Connections;
let key: SystemKey;
const clock = handClock();
const acme = adminOf('acme');
const globex = adminOf('globex');
const staging = { system: 'prometheus', name: 'staging', environment: 'staging', endpoint: 'http://prometheus:9090' };

beforeAll(async () => {
  store = await openTestStore();
  key = await systemKey();
});
beforeEach(async () => {
  await sql`TRUNCATE connections, system_keys, announcements`.execute(store.db);
  connections = openConnections(store.db, clock);
  await connections.saveAnnouncement(announcementOf(key.publicJwk));
});
afterAll(() => store.close());

const resolveFor = ({ organizationId, organizationSlug }: typeof acme, name?: string) =>
  connections.resolve(organizationId, organizationSlug, 'prometheus', name);

test('the first connection of a system is its default, a second is not, and both resolve', async () => {
  const first = await connections.create(acme, staging);
  const second = await connections.create(acme, {
    ...staging,
    name: 'prod',
    environment: 'prod',
    endpoint: 'https://prom.example',
  });
  expect(first).toMatchObject({
    ...staging,
    settings: {},
    is_default: true,
    origin: 'stored',
    has_credential: false,
    version: 1,
  });
  expect(second).toMatchObject({ is_default: false });
  expect(await resolveFor(acme)).toMatchObject({
    id: first.id,
    name: 'staging',
    environment: 'staging',
    origin: 'stored',
  });
  expect(await resolveFor(acme, 'prod')).toMatchObject({ id: second.id, endpoint: 'https://prom.example' });
});

test('a credential can be opened by the system alone, and no view shows it', async () => {
  const created = await connections.create(acme, { ...staging, credential: { token: 's3cret-token' } });
  const wire = await resolveFor(acme);
  expect(JSON.parse(await openWith(key.privateJwk, wire?.sealedCredential ?? ''))).toEqual({ token: 's3cret-token' });
  const stored = await store.db.selectFrom('connections').selectAll().execute();
  const lines = await searchAudit(store.db, acme.organizationId);
  expect(JSON.stringify([created, await connections.list(acme), stored, lines, wire])).not.toContain('s3cret-token');
  expect(created.has_credential).toBe(true);
});

test('no organisation sees, reaches or changes another’s', async () => {
  const { id } = await connections.create(acme, staging);
  expect(await connections.list(globex)).toEqual([]);
  expect(await resolveFor(globex)).toBeUndefined();
  await expect(resolveFor(globex, 'staging')).rejects.toMatchObject({
    code: 'not_found',
    details: { connections: [] },
  });
  await expect(resolveFor(globex, id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(connections.get(globex, id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(connections.patch(globex, id, { name: 'mine' })).rejects.toMatchObject({ code: 'not_found' });
  await expect(connections.remove(globex, id)).rejects.toMatchObject({ code: 'not_found' });
  await expect(connections.create(globex, staging)).resolves.toMatchObject({ name: 'staging' });
});

test('an unknown name is answered with the nearest one', async () => {
  await connections.create(acme, staging);
  await expect(resolveFor(acme, 'stagin')).rejects.toMatchObject({
    code: 'not_found',
    suggestion: 'Did you mean "staging"?',
  });
});

test('an unknown system is answered with the nearest one', async () => {
  await expect(connections.create(acme, { ...staging, system: 'promethus' })).rejects.toMatchObject({
    code: 'not_found',
    suggestion: 'Did you mean "prometheus"?',
  });
});

test('a name is taken once per system and organisation', async () => {
  await connections.create(acme, staging);
  await expect(connections.create(acme, staging)).rejects.toMatchObject({
    code: 'conflict',
    details: { fields: { name: 'is taken' } },
  });
});

test('settings and credential must fit what the system announced; a refusal names the field, not its value', async () => {
  await expect(
    connections.create(acme, { ...staging, settings: { alertmanagr_url: 'http://x' } }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    details: { fields: { 'settings.alertmanagr_url': 'is not a known field' } },
  });
  const refused = connections.create(acme, { ...staging, credential: { token: 'ab', other: 'zzz' } });
  await expect(refused).rejects.toMatchObject({
    code: 'invalid_input',
    details: { fields: { 'credential.token': expect.any(String) } },
  });
  await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('zzz') });
});

test('a system that needs a credential is not connected without one', async () => {
  const needing = { ...announcementOf(key.publicJwk).credentialSchema, required: ['token'] };
  await connections.saveAnnouncement(announcementOf(key.publicJwk, { appVersion: '1.1.0', credentialSchema: needing }));
  await expect(connections.create(acme, staging)).rejects.toMatchObject({
    code: 'invalid_input',
    details: { fields: { 'credential.token': expect.any(String) } },
  });
});

test('changes need the scope admin', async () => {
  const agent = adminOf('acme', { scopes: ['read', 'write'] });
  const { id } = await connections.create(acme, staging);
  const refusal = { code: 'forbidden' };
  await expect(connections.create(agent, staging)).rejects.toMatchObject(refusal);
  await expect(connections.patch(agent, id, { name: 'x' })).rejects.toMatchObject(refusal);
  await expect(connections.remove(agent, id)).rejects.toMatchObject(refusal);
  expect(await connections.list(agent)).toHaveLength(1);
});

test('a change counts the version, and a stale one is refused', async () => {
  const { id } = await connections.create(acme, staging);
  const changed = await connections.patch(acme, id, { environment: 'qa' }, { ifMatch: 1 });
  expect(changed).toMatchObject({ environment: 'qa', endpoint: staging.endpoint, version: 2 });
  await expect(connections.patch(acme, id, { environment: 'x' }, { ifMatch: 1 })).rejects.toMatchObject({
    code: 'conflict',
    details: { version: 2 },
  });
  expect(await resolveFor(acme)).toMatchObject({ environment: 'qa' });
});

test('another default takes the mark from the first', async () => {
  await connections.create(acme, staging);
  clock.pass(1_000);
  const prod = await connections.create(acme, { ...staging, name: 'prod' });
  await connections.patch(acme, prod.id, { is_default: true });
  expect((await connections.list(acme)).map(({ name, is_default }) => [name, is_default])).toEqual([
    ['staging', false],
    ['prod', true],
  ]);
  expect(await resolveFor(acme)).toMatchObject({ name: 'prod' });
  expect(await connections.names(acme.organizationId, 'acme', ['prometheus'])).toEqual(
    new Map([['prometheus', ['prod', 'staging']]]),
  );
});

test('removing the default makes the oldest of the rest the default', async () => {
  const first = await connections.create(acme, staging);
  clock.pass(1_000);
  const second = await connections.create(acme, { ...staging, name: 'second' });
  clock.pass(1_000);
  await connections.create(acme, { ...staging, name: 'third' });
  await connections.remove(acme, first.id);
  expect(await resolveFor(acme)).toMatchObject({ id: second.id });
  await expect(connections.get(acme, first.id)).rejects.toMatchObject({ code: 'not_found' });
});

test('a stored credential does not follow to another address', async () => {
  const { id } = await connections.create(acme, { ...staging, credential: { token: 'secret' } });
  const elsewhere = { endpoint: 'http://attacker.example' };
  const refusal = { code: 'invalid_input', details: { fields: { credential: 'must be entered again' } } };
  await expect(connections.patch(acme, id, elsewhere)).rejects.toMatchObject(refusal);
  await expect(
    connections.patch(acme, id, { settings: { alertmanager_url: 'http://attacker.example' } }),
  ).rejects.toMatchObject(refusal);
  await expect(connections.patch(acme, id, { endpoint: 'http://prometheus:9090/path' })).resolves.toMatchObject({
    has_credential: true,
  });
  await expect(connections.patch(acme, id, { ...elsewhere, credential: null })).resolves.toMatchObject({
    has_credential: false,
  });
  await expect(
    connections.patch(acme, id, { endpoint: 'http://third.example', credential: { token: 'again' } }),
  ).resolves.toMatchObject({ has_credential: true });
});

test('every change leaves an audit line that names fields only', async () => {
  const { id } = await connections.create(acme, staging);
  await connections.patch(acme, id, { credential: { token: 'secret' } });
  await connections.remove(acme, id);
  const { lines } = await searchAudit(store.db, acme.organizationId, { target: id });
  expect(lines.map(({ action }) => action)).toEqual(['connection.removed', 'connection.changed', 'connection.created']);
  expect(lines[1]?.details).toMatchObject({ changed: ['credential'] });
});

test.each([
  ['ftp://prometheus:9090', 'http://'],
  ['prometheus:9090', 'http'],
  ['not an address', 'not an address'],
  ['http://user:pass@prometheus:9090', 'user or password'],
])('refuses the endpoint %s', async (endpoint, why) => {
  await expect(connections.create(acme, { ...staging, endpoint })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining(why),
  });
});

test('private addresses can be closed off, in settings too', async () => {
  const strict = openConnections(store.db, clock, { allowPrivateEndpoints: false });
  for (const host of [
    '127.0.0.1',
    'localhost',
    '10.1.2.3',
    '192.168.0.1',
    '172.20.0.1',
    '169.254.169.254',
    '0x7f000001',
    '[::1]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    '[fd00::1]',
    '2130706433',
  ]) {
    await expect(strict.create(acme, { ...staging, endpoint: `http://${host}:9090` })).rejects.toMatchObject({
      code: 'invalid_input',
      details: { fields: { endpoint: expect.stringContaining('private network') } },
    });
  }
  await expect(
    strict.create(acme, { ...staging, settings: { alertmanager_url: 'http://10.0.0.1' } }),
  ).rejects.toMatchObject({
    details: { fields: { 'settings.alertmanager_url': expect.stringContaining('private network') } },
  });
  await expect(strict.create(acme, { ...staging, endpoint: 'https://8.8.8.8' })).resolves.toBeDefined();
});

test('what one door changed another sees as soon as it hears of it', async () => {
  const network = createMemoryNetwork();
  const bus = () => createMemoryBus({ logger: silentLogger(), metrics: createMetrics({ service: 'test' }), network });
  const [here, there] = [
    openConnections(store.db, clock, { bus: bus() }),
    openConnections(store.db, clock, { bus: bus() }),
  ];
  await there.start();
  const resolve = () => there.resolve(acme.organizationId, 'acme', 'prometheus');
  expect(await resolve()).toBeUndefined();
  await here.create(acme, staging);
  while ((await resolve()) === undefined) await nextTurn();
  expect(await resolve()).toMatchObject({ name: 'staging' });
  await there.stop();
});

test('what one door changed another sees after five seconds when the message was lost', async () => {
  const other = openConnections(store.db, clock);
  const resolve = () => other.resolve(acme.organizationId, 'acme', 'prometheus');
  expect(await resolve()).toBeUndefined();
  await connections.create(acme, staging);
  expect(await resolve()).toBeUndefined();
  clock.pass(5_000);
  expect(await resolve()).toMatchObject({ name: 'staging' });
});
