import pg from 'pg';
import type { Engine } from './engine.ts';
import { createNotificationHub } from './notifications.ts';
import type { SharedConnection } from './session-pool.ts';
import { createTurns } from './turns.ts';
import { createWireStream } from './wire-stream.ts';

export interface OpenConnection extends SharedConnection {
  end(): Promise<void>;
}

/** One node-postgres client on the engine, to be shared by the session pools. */
export async function openSharedConnection(engine: Engine, acquireTimeoutMs: number): Promise<OpenConnection> {
  const client = new pg.Client({
    stream: () => createWireStream(engine),
    host: 'pglite',
    user: 'postgres',
    database: 'postgres',
    password: 'none',
  });
  const notifications = createNotificationHub();
  let lost = false;
  // The end of the engine is reported by whatever is asked next; nobody is in a transaction any more.
  client.on('error', () => {
    lost = true;
  });
  client.on('notification', ({ channel, payload }) => {
    notifications.deliver({ channel, ...(payload !== undefined && { payload }) });
  });
  await client.connect();
  let currentPath = '';

  return {
    turns: createTurns(acquireTimeoutMs),
    notifications,
    inTransaction: () => !lost && client.getTransactionStatus() !== 'I',
    run: ({ text, values, types }) =>
      client.query({
        text,
        ...(values !== undefined && { values: [...values] }),
        ...(types !== undefined && { types }),
      }),
    async usePath(searchPath) {
      if (searchPath === currentPath) return;
      await client.query(`set search_path to ${pg.escapeIdentifier(searchPath)}`);
      currentPath = searchPath;
    },
    end: () => client.end(),
  };
}
