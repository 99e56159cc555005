import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { migrate, openPostgres, type Store } from '@devmesh/store';
import { createTestDatabase, type TestDatabase } from '@devmesh/store/testing';
import { adminOf, announcementOf, openConnections, systemKey } from './connections.fixtures.ts';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: \`npm run test:integration\` starts the server and sets it.`);
  return value;
}

describe.each(['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST'])('on the Postgres of %s', (variable) => {
  let database: TestDatabase;
  let store: Store;

  beforeAll(async () => {
    database = await createTestDatabase(required(variable));
    store = await openPostgres({
      url: database.url,
      poolSize: 20,
      logger: silentLogger(),
      metrics: createMetrics({ service: 'test' }),
    });
    await migrate(store.db);
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  test('of eight adapters with keys of their own one is pinned', async () => {
    const doors = await Promise.all(
      Array.from({ length: 8 }, async () => ({ door: openConnections(store.db, systemClock), key: await systemKey() })),
    );
    const outcomes = await Promise.all(
      doors.map(({ door, key }) => door.saveAnnouncement(announcementOf(key.publicJwk, { system: 'raced' }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'saved')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'key_refused')).toHaveLength(7);
  });

  test('of eight first connections made at once one is the default, and after eight changes still one', async () => {
    const connections = openConnections(store.db, systemClock);
    const admin = adminOf('acme');
    await connections.saveAnnouncement(announcementOf((await systemKey()).publicJwk));
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) => connections.create(admin, { system: 'prometheus', name: `c${i}` })),
    );
    expect(made.filter(({ is_default }) => is_default)).toHaveLength(1);
    await Promise.all(made.map(({ id }) => connections.patch(admin, id, { is_default: true })));
    expect((await connections.list(admin)).filter(({ is_default }) => is_default)).toHaveLength(1);
  });

  test('of eight changes with the same version one is made', async () => {
    const connections = openConnections(store.db, systemClock);
    const admin = adminOf('globex');
    const { id } = await connections.create(admin, { system: 'prometheus', name: 'main' });
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => connections.patch(admin, id, { environment: `e${i}` }, { ifMatch: 1 })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await connections.get(admin, id)).toMatchObject({ version: 2 });
  });
});
