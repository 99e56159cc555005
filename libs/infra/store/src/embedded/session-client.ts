import { EventEmitter } from 'node:events';
import type { PgPoolClient, PgResult } from '../pg-pool-like.ts';
import type { SessionPoolOptions, SharedConnection } from './session-pool.ts';

export interface SessionClientParts extends SessionPoolOptions {
  connection: SharedConnection;
  poolHasEnded(): boolean;
  onRelease(): void;
}

// With comments before it, as BullMQ sends its own.
const LISTEN = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(un)?listen\s+"?([\w$]+|\*)"?\s*;?\s*$/i;
export const ENDED = 'Cannot use a pool after calling end on the pool';

/**
 * One "connection" of a session pool. It keeps its turn on the real one from BEGIN to COMMIT, ROLLBACK or release; what
 * Postgres says about the transaction counts, not the text of the statement.
 */
export function createSessionClient(parts: SessionClientParts): PgPoolClient {
  const { connection, name, searchPath, types, poolHasEnded, onRelease } = parts;
  const events = new EventEmitter();
  let handBack: (() => void) | undefined;
  let latest = '';
  let released = false;
  // Statements of one client run one after the other, as on a connection of its own.
  let tail: Promise<unknown> = Promise.resolve();

  const holder = {
    describe: () =>
      `${connection.inTransaction() ? 'a transaction' : 'a statement'} of pool "${name}" (last: ${inOneLine(latest)})`,
  };

  async function statement(text: string, values: readonly unknown[] | undefined): Promise<PgResult> {
    if (poolHasEnded()) throw new Error(ENDED);
    handBack ??= await connection.turns.take(holder);
    try {
      latest = text;
      if (!connection.inTransaction()) await connection.usePath(searchPath);
      const listen = LISTEN.exec(text);
      if (listen?.[2] === undefined) return await connection.run({ text, values, types });
      await subscribe(listen[2], listen[1] !== undefined);
      return { rows: [], rowCount: null, command: listen[1] === undefined ? 'LISTEN' : 'UNLISTEN' };
    } finally {
      if (!connection.inTransaction()) letGo();
    }
  }

  async function subscribe(channel: string, ends: boolean): Promise<void> {
    if (ends) connection.notifications.unlisten(events, channel);
    else if (connection.notifications.listen(events, channel)) await connection.run({ text: `listen "${channel}"` });
  }

  function letGo(): void {
    handBack?.();
    handBack = undefined;
  }

  async function leave(): Promise<void> {
    if (handBack === undefined) return;
    // Whoever forgot to end a transaction must not leave it to the next.
    if (connection.inTransaction()) await connection.run({ text: 'rollback' }).catch(() => undefined);
    letGo();
  }

  return {
    query<Row>(text: string, values?: readonly unknown[]) {
      const result = tail.then(() => statement(text, values));
      tail = result.catch(() => undefined);
      return result as Promise<PgResult<Row>>;
    },
    release() {
      if (released) throw new Error('Release called on client which has already been released to the pool.');
      released = true;
      connection.notifications.leave(events);
      tail = tail.then(leave);
      onRelease();
    },
    on: (event, listener) => events.on(event, listener as () => void),
    removeListener: (event, listener) => events.removeListener(event, listener as () => void),
    removeAllListeners: (event) => events.removeAllListeners(event),
  };
}

function inOneLine(text: string): string {
  return text.trim().replace(/\s+/g, ' ').slice(0, 120);
}
