import { appendAudit, type AuditActor } from '@devmesh/audit';
import { AppError, type CallAnswer, type CallState, type OrganizationEvent } from '@devmesh/contracts';
import { redact, type Clock } from '@devmesh/runtime';
import { inTransaction, isUniqueViolation, sql, type Db, type Transaction } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import { auditOfCall } from './audit-of-call.ts';
import { callColumns, LEASE_GRACE_MS } from './call-columns.ts';
import type { CallRow } from './call-row.ts';
import { findEarlier, type Repeatable } from './earlier-call.ts';
import { insertApproval } from './insert-approval.ts';
import { inputHash } from './input-hash.ts';
import { jsonb, jsonbOrNull, plainText } from './jsonb.ts';
import type { NewCall } from './new-call.ts';
import { sealWayBack, type WayBack } from './sealed-call.ts';

export interface LedgerParts {
  db: Db;
  vault: Vault;
  clock: Clock;
  /** Tells whoever follows the organisation; lossy, so the row stays the truth. */
  publish(organizationId: string, event: OrganizationEvent): void;
}

export interface Begun {
  row: CallRow;
  /** It was made before: the row is the earlier call, nothing was begun. */
  duplicate: boolean;
  approvalId?: string;
}

/** How a dispatched call ended. */
export interface Ending {
  state: Extract<CallState, 'succeeded' | 'failed' | 'outcome_unknown' | 'cancelled'>;
  answer: CallAnswer;
  undo?: WayBack | undefined;
}

/** One call's life as a row. The row and its audit line are committed together, before anything is dispatched. */
export function createCallLedger({ db, vault, clock, publish }: LedgerParts) {
  /**
   * Writes the row of a call that is about to run or to wait. Of calls with one idempotency key, and of those that take
   * the same call back, one begins; the others get its row. Throws `conflict` (422) for a key used with other input.
   */
  async function begin(call: NewCall): Promise<Begun> {
    const columns = await callColumns(call, call.approval ? 'awaiting_approval' : 'dispatched', vault, clock);
    try {
      const begun = await inTransaction(db, async (trx) => {
        const row = await trx.insertInto('calls').values(columns).returningAll().executeTakeFirstOrThrow();
        await appendAudit(
          trx,
          auditOfCall(row, 'call.requested', 'pending', { rule: call.approval?.reasons[0]?.rule }),
        );
        const approvalId = call.approval && (await insertApproval(trx, call, call.approval, clock()));
        return { row, duplicate: false, ...(approvalId !== undefined && { approvalId }) };
      });
      announce(begun.row, begun.approvalId);
      return begun;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return { row: await earlierOf(call, columns.input_hash, error), duplicate: true };
    }
  }

  async function earlierOf(call: NewCall, hash: string, cause: unknown): Promise<CallRow> {
    const earlier = await findEarlier(db, call, hash);
    if (earlier) return earlier;
    // The other one has just ended without having done anything.
    throw new AppError('conflict', 'The same call was under way a moment ago.', {
      cause,
      retryable: true,
      suggestion: 'Try again.',
    });
  }

  /** The call that this one would repeat, if there is one. Throws `conflict` as `begin` does. */
  function earlier(call: Repeatable & Pick<NewCall, 'connection' | 'input'>): Promise<CallRow | undefined> {
    if (call.idempotencyKey === undefined && call.undoOf === undefined) return Promise.resolve(undefined);
    return findEarlier(db, call, inputHash(call.tool.name, call.connection, call.input));
  }

  /** Takes an approved call for execution; undefined when somebody else took it, or it is no longer waiting. */
  async function claimApproved(organizationId: string, callId: string): Promise<CallRow | undefined> {
    const now = clock();
    return db
      .updateTable('calls')
      .set({
        state: 'dispatched',
        dispatched_at: now,
        lease_until: sql<Date>`${now}::timestamptz + (timeout_ms + ${LEASE_GRACE_MS}) * interval '1 millisecond'`,
      })
      .where('organization_id', '=', organizationId)
      .where('id', '=', callId)
      .where('state', '=', 'awaiting_approval')
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('approvals')
            .select('approvals.id')
            .whereRef('approvals.call_id', '=', 'calls.id')
            .where('approvals.status', '=', 'approved'),
        ),
      )
      .returningAll()
      .executeTakeFirst();
  }

  /** Writes how it ended, with its audit line. False when the call had ended otherwise in the meantime. */
  async function finish(
    row: Pick<CallRow, 'id' | 'organization_id'>,
    ending: Ending,
    actor?: AuditActor,
  ): Promise<boolean> {
    const columns = await endingColumns(row, ending);
    const finished = await inTransaction(db, async (trx) => {
      const done = await trx
        .updateTable('calls')
        .set(columns)
        .where('organization_id', '=', row.organization_id)
        .where('id', '=', row.id)
        // A lost lease may have been swept to outcome_unknown while the answer was on its way: a real answer settles it.
        .where('state', 'in', ['dispatched', 'outcome_unknown'])
        .returningAll()
        .executeTakeFirst();
      if (done) await appendAudit(trx, auditOfCall(done, 'call.finished', auditOutcome(ending), actor && { actor }));
      return done;
    });
    if (finished) announce(finished);
    return finished !== undefined;
  }

  async function endingColumns(row: Pick<CallRow, 'id' | 'organization_id'>, { state, answer, undo }: Ending) {
    return {
      state,
      reply: jsonb(answer.reply),
      reply_text: plainText(answer.text),
      undo: jsonbOrNull(undo && redact({ tool: undo.tool, input: undo.input })),
      undo_sealed: undo ? await sealWayBack(vault, row, undo) : null,
      finished_at: clock(),
      duration_ms: answer.reply.duration_ms,
      lease_until: null,
      // What ran needs its input no longer.
      input_sealed: null,
    };
  }

  /** Ends a call that never ran. Undefined when it is no longer waiting. */
  async function endWaiting(
    trx: Transaction,
    ref: Pick<CallRow, 'id' | 'organization_id'>,
    state: 'refused' | 'expired' | 'cancelled',
    actor: AuditActor,
  ): Promise<CallRow | undefined> {
    const ended = await trx
      .updateTable('calls')
      .set({ state, finished_at: clock(), input_sealed: null })
      .where('organization_id', '=', ref.organization_id)
      .where('id', '=', ref.id)
      .where('state', '=', 'awaiting_approval')
      .returningAll()
      .executeTakeFirst();
    if (ended) await appendAudit(trx, auditOfCall(ended, `call.${state}`, 'denied', { actor }));
    return ended;
  }

  /** Takes back a call that waits, and with it the question to people. False when it is not waiting. */
  async function cancelWaiting(ref: Pick<CallRow, 'id' | 'organization_id'>, actor: AuditActor): Promise<boolean> {
    const cancelled = await inTransaction(db, async (trx) => {
      // Approval before call, as everywhere: two that end the same call at one time must not wait for each other.
      const approval = await trx
        .updateTable('approvals')
        .set({ status: 'expired', decided_at: clock() })
        .where('organization_id', '=', ref.organization_id)
        .where('call_id', '=', ref.id)
        .where('status', '=', 'pending')
        .returning('id')
        .executeTakeFirst();
      const row = await endWaiting(trx, ref, 'cancelled', actor);
      return row && { row, approvalId: approval?.id };
    });
    if (cancelled) announce(cancelled.row, cancelled.approvalId, 'expired');
    return cancelled !== undefined;
  }

  function announce(row: CallRow, approvalId?: string, status: 'pending' | 'expired' = 'pending'): void {
    const { organization_id: organizationId, id, tool, state } = row;
    publish(organizationId, { type: 'call.changed', call_id: id, tool, state });
    if (approvalId === undefined) return;
    publish(organizationId, { type: 'approval.changed', approval_id: approvalId, call_id: id, status });
  }

  return { begin, earlier, claimApproved, finish, endWaiting, cancelWaiting, announce };
}
export type CallLedger = ReturnType<typeof createCallLedger>;

function auditOutcome({ state }: Ending): 'ok' | 'failed' {
  return state === 'succeeded' ? 'ok' : 'failed';
}
