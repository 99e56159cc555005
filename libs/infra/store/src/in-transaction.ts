import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@devmesh/contracts';
import type { DbOrTransaction, Transaction } from './database.ts';
import { isTransient } from './database-error.ts';

export interface TransactionOptions {
  /** How often a serialization failure or deadlock is tried again. Default 4. */
  retries?: number;
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

/**
 * Runs `fn` in a transaction and commits; joins the one it is called in. `fn` may run several times, so it must do nothing
 * but query. Inside, use the transaction, never `db`: the embedded form has one connection, held by this transaction.
 * @throws AppError `unavailable` when others kept getting in the way, and what `fn` throws.
 */
export async function inTransaction<T>(
  db: DbOrTransaction,
  fn: (transaction: Transaction) => Promise<T>,
  { retries = 4, isolation }: TransactionOptions = {},
): Promise<T> {
  if (db.isTransaction) return fn(db as Transaction);
  for (let attempt = 0; ; attempt++) {
    try {
      const builder = isolation === undefined ? db.transaction() : db.transaction().setIsolationLevel(isolation);
      return await builder.execute(fn);
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (attempt >= retries) throw tooBusy(error);
      // With jitter, or the two that met would meet again.
      await delay(5 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}

function tooBusy(cause: unknown): AppError {
  return new AppError('unavailable', 'Others were changing the same rows at the same time.', {
    suggestion: 'Try again.',
    cause,
  });
}
