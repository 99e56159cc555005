import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHealth, createLifecycle, createMetrics, silentLogger, type Logger } from '@devmesh/runtime';
import { migrate, openPostgres } from '@devmesh/store';
import { createTestDatabase, type TestDatabase } from '@devmesh/store/testing';
import type { ProcessParts } from './infra.ts';
import { openServers } from './open-servers.ts';
import { ServerSettings } from './settings.ts';

let database: TestDatabase;
let settings: ServerSettings;

beforeAll(async () => {
  database = await createTestDatabase(urlOf('TEST_DATABASE_URL'));
  settings = ServerSettings.parse({
    DATABASE_URL: database.url,
    REDIS_URL: urlOf('TEST_REDIS_URL'),
    NATS_URL: urlOf('TEST_NATS_URL'),
    DEVMESH_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  });
});
afterAll(() => database.drop());

function urlOf(variable: string): string {
  const url = process.env[variable];
  if (url === undefined) throw new Error(`${variable} is not set`);
  return url;
}

function processParts(logger: Logger = silentLogger()): ProcessParts {
  const clock = () => new Date();
  const lifecycle = createLifecycle({ logger, deadlineMs: 5_000 });
  return { logger, metrics: createMetrics({ service: 'test' }), health: createHealth({ clock }), lifecycle, clock };
}

test('it waits for the schema that another process makes, and says so; then all four are up, and end with the process', async () => {
  const said = Promise.withResolvers<undefined>();
  const quiet = silentLogger();
  const info = (message: string) => void (message.includes('waiting for the database') && said.resolve(undefined));
  const parts = processParts({ ...quiet, info, child: () => quiet });
  const opening = openServers(settings, parts, 'test');
  await said.promise;
  const migrator = await openPostgres({
    url: database.url,
    poolSize: 1,
    logger: quiet,
    metrics: createMetrics({ service: 'm' }),
  });
  await migrate(migrator.db);
  await migrator.close();
  const infra = await opening;
  const { status, dependencies } = await parts.health.report();
  expect([status, Object.keys(dependencies).sort()]).toEqual(['up', ['bus', 'cache', 'database', 'queue']]);
  await parts.lifecycle.stop();
  expect(infra.bus.state().state).toBe('down');
});
