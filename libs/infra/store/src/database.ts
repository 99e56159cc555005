import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresPool, Transaction as KyselyTransaction } from 'kysely';
import type { DependencyState, Metrics } from '@devmesh/runtime';
import type { PgPoolLike } from './pg-pool-like.ts';
import type { ServerVersion } from './server-version.ts';
import type { Tables } from './tables/index.ts';

export type Db = Kysely<Tables>;
export type Transaction = KyselyTransaction<Tables>;
export type DbOrTransaction = Db | Transaction;

/** An open database, in either form. */
export interface Store {
  db: Db;
  /** For the queue: `search_path` is `bullmq`, plain node-postgres types. */
  queuePool: PgPoolLike;
  /** What the last use of the database showed; asking again after a failure also tries again, in the background. */
  state(): DependencyState;
  version(): Promise<ServerVersion>;
  /** Waits for running queries, five seconds at most. */
  close(): Promise<void>;
}

/** Kysely over a guarded pool, with every query's duration measured. */
export function createDb(pool: PgPoolLike, metrics: Metrics): Db {
  const duration = metrics.histogram({
    name: 'db_query_duration_seconds',
    help: 'Time of one statement, waiting for the answer included.',
    labels: ['operation', 'outcome'],
  });
  return new Kysely<Tables>({
    // Kysely names the few commands that it knows; a server may answer others.
    dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }),
    log(event) {
      const operation = event.query.query.kind.replace('QueryNode', '').replace('Node', '').toLowerCase();
      const outcome = event.level === 'query' ? 'ok' : 'failed';
      duration.observe({ operation, outcome }, event.queryDurationMillis / 1_000);
    },
  });
}
