import { connectNatsBus } from '@devmesh/bus';
import { connectRedisCache } from '@devmesh/cache';
import { createRedisQueue } from '@devmesh/queue';
import { openPostgres, waitForSchema } from '@devmesh/store';
import { createVault, loadMasterKey } from '@devmesh/vault';
import { reportInfra, type Infra, type ProcessParts } from './infra.ts';
import type { ServerSettings } from './settings.ts';

/** How long a migration that runs elsewhere is waited for. */
const SCHEMA_TIMEOUT_MS = 60_000;

/**
 * Opens the production form: Postgres, NATS, Redis. Waits for a schema that is at least this app's own, which the worker's
 * migration makes. Everything opened is closed by the process's lifecycle.
 */
export async function openServers(settings: ServerSettings, process: ProcessParts, name: string): Promise<Infra> {
  const { logger, metrics, lifecycle, health } = process;
  const store = await openPostgres({
    url: settings.DATABASE_URL,
    poolSize: settings.DATABASE_POOL_SIZE,
    logger,
    metrics,
  });
  lifecycle.onStop('database', () => store.close());
  const bus = await connectNatsBus({ url: settings.NATS_URL, logger, metrics, name });
  lifecycle.onStop('bus', () => bus.close());
  const cache = await connectRedisCache({ url: settings.REDIS_URL, logger, metrics, prefix: 'devmesh' });
  lifecycle.onStop('cache', () => cache.close());
  const queue = createRedisQueue({ url: settings.REDIS_URL, logger, metrics });
  lifecycle.onStop('queue', () => queue.close());
  const vault = createVault({ masterKey: await loadMasterKey({ value: settings.DEVMESH_MASTER_KEY }) });
  const infra = { store, bus, queue, cache, vault };
  reportInfra(infra, health);
  await waitForSchema(store.db, { logger, timeoutMs: SCHEMA_TIMEOUT_MS });
  return infra;
}
