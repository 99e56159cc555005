import { join } from 'node:path';
import { reportInfra, type Infra, type ProcessParts } from '@devmesh/assembly';
import { createMemoryBus } from '@devmesh/bus';
import { createMemoryCache } from '@devmesh/cache';
import { createPostgresQueue } from '@devmesh/queue';
import { migrate, openEmbedded, type FolderLock } from '@devmesh/store';
import { createVault, loadMasterKey } from '@devmesh/vault';

export interface EmbeddedParts {
  folder: string;
  lock: FolderLock;
  masterKey: string | undefined;
}

/** Opens the embedded form in one folder: PGlite, the queue on it, bus and cache in memory. */
export async function openEmbeddedInfra(
  { folder, lock, masterKey }: EmbeddedParts,
  process: ProcessParts,
): Promise<Infra> {
  const { logger, metrics, lifecycle, clock, health } = process;
  const vault = createVault({ masterKey: await loadMasterKey({ value: masterKey, file: join(folder, 'master.key') }) });
  const store = await openEmbedded({ folder, lock, logger, metrics });
  lifecycle.onStop('database', () => store.close());
  await migrate(store.db, { logger });
  const bus = createMemoryBus({ logger, metrics });
  lifecycle.onStop('bus', () => bus.close());
  const queue = createPostgresQueue({ pool: store.queuePool, logger, metrics });
  lifecycle.onStop('queue', () => queue.close());
  const cache = createMemoryCache({ clock });
  const infra = { store, bus, queue, cache, vault };
  reportInfra(infra, health);
  return infra;
}
