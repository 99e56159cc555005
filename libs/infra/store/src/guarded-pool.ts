import { isLostConnection, toDatabaseError } from './database-error.ts';
import type { PgPoolClient, PgPoolLike } from './pg-pool-like.ts';

export interface PoolWatcher {
  succeeded(): void;
  /** The connection was lost, or none could be had. */
  lost(error: unknown): void;
}

/**
 * The same pool, but callers see AppErrors for lost connections, a connection that failed is never handed out again, and
 * somebody watches whether the database is there.
 */
export function guardPool(pool: PgPoolLike, watcher: PoolWatcher): PgPoolLike {
  async function watched<T>(run: () => Promise<T>, onLost?: () => void): Promise<T> {
    try {
      const result = await run();
      watcher.succeeded();
      return result;
    } catch (error) {
      if (isLostConnection(error)) {
        onLost?.();
        watcher.lost(error);
      }
      throw toDatabaseError(error);
    }
  }

  function guardClient(client: PgPoolClient): PgPoolClient {
    let broken = false;
    const breaks = () => {
      broken = true;
    };
    // Without a listener the end of a connection that is in use would end the process; its queries report it.
    client.on('error', breaks);
    return {
      query: (text, values) => watched(() => client.query(text, values), breaks),
      on: (event, listener) => client.on(event, listener),
      removeListener: (event, listener) => client.removeListener(event, listener),
      removeAllListeners(event) {
        client.removeAllListeners(event);
        client.on('error', breaks);
      },
      release(destroy = false) {
        // What is thrown away may still report its end.
        if (!broken && !destroy) client.removeListener('error', breaks);
        client.release(broken || destroy);
      },
    };
  }

  return {
    query: (text, values) => watched(() => pool.query(text, values)),
    connect: async () => guardClient(await watched(() => pool.connect())),
    end: () => pool.end(),
    on: (event, listener) => pool.on(event, listener),
    removeAllListeners: (event) => pool.removeAllListeners(event),
    options: pool.options,
    get totalCount() {
      return pool.totalCount;
    },
    get idleCount() {
      return pool.idleCount;
    },
    get waitingCount() {
      return pool.waitingCount;
    },
  };
}
