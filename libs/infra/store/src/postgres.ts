import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { AppError } from '@devmesh/contracts';
import type { Logger, Metrics } from '@devmesh/runtime';
import { createDb } from './database.ts';
import type { Store } from './database.ts';
import { guardPool } from './guarded-pool.ts';
import type { PgPoolLike } from './pg-pool-like.ts';
import { observePool } from './pool-metrics.ts';
import { watchPool } from './pool-watcher.ts';
import { readServerVersion } from './server-version.ts';
import { typeParsers } from './type-parsers.ts';

export interface PostgresOptions {
  url: string;
  /** Connections for the application. */
  poolSize: number;
  logger: Logger;
  metrics: Metrics;
  /** Connections for the queue, opened on use only; each worker of a job keeps one to listen. Default 24. */
  queuePoolSize?: number;
  /** Limit of one statement. Default 30,000. */
  statementTimeoutMs?: number;
  /** Limit of opening a connection, and of waiting for a free one. Default 5,000. */
  connectTimeoutMs?: number;
  /** How long a server that is away is waited for at the start. Default 10,000. */
  startTimeoutMs?: number;
}

const CLOSE_TIMEOUT_MS = 5_000;

/**
 * Opens the pools and looks at the server's version. A lost connection is opened again by the next statement.
 * @throws AppError `unavailable` when the server is not there; ConfigError (exit 78) when pgvector is missing or too old.
 */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const { logger, metrics, startTimeoutMs = 10_000 } = options;
  const watcher = watchPool(logger, () => pool.query('select 1'));
  const raw = {
    app: createPool(options, { max: options.poolSize, name: 'devmesh', types: typeParsers }),
    queue: createPool(options, { max: options.queuePoolSize ?? 24, name: 'devmesh-queue', searchPath: 'bullmq' }),
  };
  for (const each of [raw.app, raw.queue]) each.on('error', watcher.lost);
  const pool = guardPool(raw.app, watcher);
  const queuePool = guardPool(raw.queue, watcher);
  observePool(metrics, 'app', pool);
  observePool(metrics, 'queue', queuePool);

  let closed: Promise<unknown> | undefined;
  // A client that nobody gives back must not hold up the end of the process.
  const close = () =>
    Promise.race([Promise.all([raw.app.end(), raw.queue.end()]), delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);

  try {
    const { warning } = await whenThere(() => readServerVersion(pool), startTimeoutMs);
    if (warning !== undefined) logger.warn(warning);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    db: createDb(pool, metrics),
    queuePool,
    state: watcher.state,
    version: () => readServerVersion(pool),
    async close() {
      await (closed ??= close());
    },
  };
}

interface PoolSettings {
  max: number;
  name: string;
  searchPath?: string;
  types?: pg.CustomTypesConfig;
}

function createPool(options: PostgresOptions, { max, name, searchPath, types }: PoolSettings): PgPoolLike {
  const { url, statementTimeoutMs = 30_000, connectTimeoutMs = 5_000 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // Beyond the server's own limit: only a connection that is dead without having said so gets here.
    query_timeout: statementTimeoutMs + 5_000,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(searchPath !== undefined && { options: `-c search_path=${searchPath}` }),
    ...(types !== undefined && { types }),
  });
  return pool as unknown as PgPoolLike;
}

async function whenThere<T>(ask: () => Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const mayCome = error instanceof AppError && error.code === 'unavailable';
      if (!mayCome || performance.now() >= deadline) throw error;
      await delay(250);
    }
  }
}
