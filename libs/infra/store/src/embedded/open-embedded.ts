import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@devmesh/contracts';
import type { Logger, Metrics } from '@devmesh/runtime';
import { createDb } from '../database.ts';
import type { Store } from '../database.ts';
import { lockFolder } from '../folder-lock.ts';
import type { FolderLock } from '../folder-lock.ts';
import { guardPool } from '../guarded-pool.ts';
import { observePool } from '../pool-metrics.ts';
import { watchPool } from '../pool-watcher.ts';
import { readServerVersion } from '../server-version.ts';
import { typeParsers } from '../type-parsers.ts';
import { startEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import type { EngineSettings } from './engine-messages.ts';
import { startMaintenance } from './maintenance.ts';
import { createSessionPool } from './session-pool.ts';
import { openSharedConnection } from './shared-connection.ts';

export interface EmbeddedOptions {
  /** The data folder (the database lies in `postgres/` below it), or `memory`: gone with the process. */
  folder: string;
  logger: Logger;
  metrics: Metrics;
  /** The lock on `folder`, where the caller holds it already; without it this takes one of its own. */
  lock?: FolderLock;
  /** How long a statement waits for the one connection. Default 30,000. */
  acquireTimeoutMs?: number;
  /** A dumped data directory to start from, `memory` only. */
  dumpFile?: string;
}

export interface EmbeddedStore extends Store {
  /** The data directory as a tar file. */
  dump(): Promise<Uint8Array>;
}

/**
 * PostgreSQL inside this process (PGlite, in a worker thread), with one connection that everybody takes turns on. Killing the
 * process loses nothing that was committed; a power cut may, for nothing is fsynced. `statement_timeout` has no effect here.
 * @throws AppError `conflict` when another process has the folder, `unavailable` when the database does not open.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedStore> {
  const { folder, dumpFile } = options;
  if (folder === 'memory') return open({ ...(dumpFile !== undefined && { dumpFile }) }, options);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ownLock = options.lock === undefined ? await lockFolder(folder, {}) : undefined;
  try {
    const store = await open({ dataDir: join(folder, 'postgres') }, options);
    return {
      ...store,
      async close() {
        await store.close();
        await ownLock?.release();
      },
    };
  } catch (error) {
    await ownLock?.release();
    throw error;
  }
}

async function open(settings: EngineSettings, options: EmbeddedOptions): Promise<EmbeddedStore> {
  const { logger, metrics, acquireTimeoutMs = 30_000 } = options;
  const engine = await startEngine(settings).catch((error: unknown) => {
    throw doesNotOpen(options.folder, error);
  });
  const connection = await openSharedConnection(engine, acquireTimeoutMs);
  const raw = {
    app: createSessionPool(connection, { name: 'app', searchPath: 'public', types: typeParsers }),
    queue: createSessionPool(connection, { name: 'queue', searchPath: 'bullmq' }),
  };
  const watcher = watchPool(logger, () => pool.query('select 1'));
  const maintenance = startMaintenance(raw.app, logger);
  const watch = {
    lost: watcher.lost,
    succeeded() {
      watcher.succeeded();
      maintenance.count();
    },
  };
  const pool = guardPool(raw.app, watch);
  const queuePool = guardPool(raw.queue, watch);
  observePool(metrics, 'app', pool);
  observePool(metrics, 'queue', queuePool);
  engine.onLost(watcher.lost);

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    maintenance.stop();
    // The turn of whoever is at it comes to its end first; one that hangs is not waited for.
    const handBack = await connection.turns.take({ describe: () => 'closing' }).catch(() => undefined);
    await Promise.all([pool.end(), queuePool.end()]);
    await connection.end().catch(() => undefined);
    handBack?.();
    await engine.close();
  }

  return {
    db: createDb(pool, metrics),
    queuePool,
    state: watcher.state,
    version: () => readServerVersion(pool),
    dump: () => dumpBetweenTurns(engine, connection.turns),
    close: () => (closed ??= close()),
  };
}

async function dumpBetweenTurns(
  engine: Engine,
  turns: { take(holder: { describe(): string }): Promise<() => void> },
): Promise<Uint8Array> {
  const handBack = await turns.take({ describe: () => 'a dump' });
  try {
    return await engine.ask({ kind: 'dump' });
  } finally {
    handBack();
  }
}

function doesNotOpen(folder: string, cause: unknown): AppError {
  return new AppError('unavailable', `The embedded database in ${folder} does not open.`, {
    suggestion: `Look at the log for the reason; move ${folder} aside to begin with an empty one.`,
    cause,
  });
}
