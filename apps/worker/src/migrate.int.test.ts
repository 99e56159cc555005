import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { openPostgres, schemaVersion, type Store } from '@devmesh/store';
import { createTestDatabase, type TestDatabase } from '@devmesh/store/testing';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  const server = process.env['TEST_DATABASE_URL'];
  if (server === undefined) throw new Error('TEST_DATABASE_URL is not set');
  database = await createTestDatabase(server);
  store = await openPostgres({
    url: database.url,
    poolSize: 1,
    logger: silentLogger(),
    metrics: createMetrics({ service: 'test' }),
  });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

/** Its exit code and what it logged. */
function migrate(url: string): Promise<{ code: number; log: string }> {
  const args = ['--conditions=@devmesh/source', join(import.meta.dirname, 'migrate.ts')];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      args,
      { env: { ...process.env, DATABASE_URL: url } },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, log: stdout + stderr });
      },
    );
  });
}

test('two at one time and one more bring an empty database up to this version, once, and end', async () => {
  expect((await schemaVersion(store.db)).isReady).toBe(false);
  const both = await Promise.all([migrate(database.url), migrate(database.url)]);
  const again = await migrate(database.url);
  expect([...both, again].map(({ code, log }) => (code === 0 ? 0 : log))).toEqual([0, 0, 0]);
  expect(again.log).toContain('"applied":[]');
  expect((await schemaVersion(store.db)).isReady).toBe(true);
});

test('without an address it says which setting is missing and exits 78', async () => {
  const { code, log } = await migrate('');
  expect([code, log]).toEqual([78, expect.stringContaining('DATABASE_URL')]);
});
