import { afterAll, describe, expect, test } from '@jest/globals';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { describeStore } from './conformance.ts';
import { migrate, openPostgres } from './index.ts';
import { createTestDatabase } from './testing.ts';
import type { TestDatabase } from './testing.ts';

const common = { logger: silentLogger(), metrics: createMetrics({ service: 'test' }) };

for (const variable of ['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST']) {
  const databases: TestDatabase[] = [];
  describe(variable, () => {
    describeStore(
      'Postgres',
      async (options) => {
        const database = await createTestDatabase(urlOf(variable));
        databases.push(database);
        const store = await openPostgres({ url: database.url, poolSize: 4, ...common, ...options });
        await migrate(store.db);
        return store;
      },
      { concurrent: true },
    );
    afterAll(() => Promise.all(databases.map((database) => database.drop())));
  });
}

test('a server that is not there is `unavailable` within the start time, with a next step', async () => {
  const opening = openPostgres({ url: 'postgres://nobody@127.0.0.1:1/x', poolSize: 1, startTimeoutMs: 300, ...common });
  await expect(opening).rejects.toMatchObject({ code: 'unavailable', suggestion: expect.any(String) });
});

test('a database that does not exist is named as the fault at once', async () => {
  const url = new URL(urlOf('TEST_DATABASE_URL'));
  url.pathname = '/no_such_database';
  const opening = openPostgres({ url: url.href, poolSize: 1, startTimeoutMs: 0, ...common });
  await expect(opening).rejects.toMatchObject({ code: 'unavailable', suggestion: expect.stringContaining('Create') });
});

function urlOf(variable: string): string {
  const url = process.env[variable];
  if (url === undefined) throw new Error(`${variable} is not set: npm run test:integration brings the servers up.`);
  return url;
}
