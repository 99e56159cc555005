import { AppError, type Principal } from '@devmesh/contracts';
import type { Db } from '@devmesh/store';
import type { CallRow } from './call-row.ts';
import { maySee } from './who-may.ts';

/** What may make a call the same as one that was made before. */
export interface Repeatable {
  principal: Principal;
  tool: { name: string };
  idempotencyKey?: string | undefined;
  undoOf?: string | undefined;
}

/** States in which an undo stands in the way of another one; the unique index `calls_undone_once` says the same. */
const UNDOES = ['received', 'awaiting_approval', 'dispatched', 'succeeded', 'outcome_unknown'] as const;

/**
 * The call that this one repeats: made with the same idempotency key, or taking the same call back. Throws `conflict`:
 * 422 where the key was used with other input, 409 where somebody else is taking the call back.
 */
export async function findEarlier(db: Db, call: Repeatable, inputHash: string): Promise<CallRow | undefined> {
  const byKey = call.idempotencyKey === undefined ? undefined : await withKey(db, call, call.idempotencyKey);
  if (byKey) return sameInput(byKey, inputHash);
  if (call.undoOf === undefined) return undefined;
  const undo = await undoOf(db, call.principal, call.undoOf);
  if (!undo || maySee(call.principal, undo)) return undo;
  throw new AppError('conflict', 'Somebody else is taking this call back, or has done so already.');
}

function withKey(db: Db, { principal, tool }: Repeatable, key: string): Promise<CallRow | undefined> {
  return db
    .selectFrom('calls')
    .selectAll()
    .where('organization_id', '=', principal.organizationId)
    .where('principal_id', '=', principal.id)
    .where('tool', '=', tool.name)
    .where('idempotency_key', '=', key)
    .executeTakeFirst();
}

function undoOf(db: Db, { organizationId }: Principal, callId: string): Promise<CallRow | undefined> {
  return db
    .selectFrom('calls')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('undo_of', '=', callId)
    .where('state', 'in', UNDOES)
    .executeTakeFirst();
}

function sameInput(row: CallRow, hash: string): CallRow {
  if (row.input_hash === hash) return row;
  throw new AppError('conflict', 'This idempotency key was used with other input.', {
    httpStatus: 422,
    details: { call_id: row.id },
    suggestion: 'Use a new key for a new call.',
  });
}
