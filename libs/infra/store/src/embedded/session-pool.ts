import type { CustomTypesConfig } from 'pg';
import type { PgPoolClient, PgPoolLike, PgResult } from '../pg-pool-like.ts';
import type { NotificationHub } from './notifications.ts';
import { createSessionClient, ENDED } from './session-client.ts';
import type { Turns } from './turns.ts';

export interface Statement {
  text: string;
  values?: readonly unknown[] | undefined;
  types?: CustomTypesConfig | undefined;
}

/** The one connection, seen from the pools that share it. */
export interface SharedConnection {
  turns: Turns;
  notifications: NotificationHub;
  /** Runs a statement; the caller has the turn. */
  run(statement: Statement): Promise<PgResult>;
  inTransaction(): boolean;
  /** Switches `search_path`; does nothing where it is the right one already. The caller has the turn, outside a transaction. */
  usePath(searchPath: string): Promise<void>;
}

export interface SessionPoolOptions {
  name: string;
  searchPath: string;
  /** How columns arrive; node-postgres' own way without it. */
  types?: CustomTypesConfig;
}

/** A `pg.Pool` in shape: its clients take turns on one connection, so there may be any number of them. */
export function createSessionPool(connection: SharedConnection, options: SessionPoolOptions): PgPoolLike {
  const clients = new Set<PgPoolClient>();
  let ended = false;

  function createClient(): PgPoolClient {
    const client = createSessionClient({
      ...options,
      connection,
      poolHasEnded: () => ended,
      onRelease: () => clients.delete(client),
    });
    clients.add(client);
    return client;
  }

  return {
    async query<Row>(text: string, values?: readonly unknown[]): Promise<PgResult<Row>> {
      const client = createClient();
      try {
        return await client.query<Row>(text, values);
      } finally {
        client.release();
      }
    },
    connect: () => (ended ? Promise.reject(new Error(ENDED)) : Promise.resolve(createClient())),
    end() {
      ended = true;
      return Promise.resolve();
    },
    // It has no idle connections that could report an error.
    on: () => undefined,
    removeAllListeners: () => undefined,
    // No notification can be lost on the way here, so BullMQ may wait for one as long as it likes.
    options: { keepAlive: true },
    get totalCount() {
      return clients.size;
    },
    get idleCount() {
      return clients.size - (connection.turns.isTaken() ? 1 : 0);
    },
    get waitingCount() {
      return connection.turns.waiting();
    },
  };
}
