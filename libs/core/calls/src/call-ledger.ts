import { appendAudit } from '@devmesh/audit';
import {
  AppError,
  newId,
  type CallAnswer,
  type CallState,
  type FollowUp,
  type OrganizationEvent,
} from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import { isUniqueViolation, sql, type Db, type Transaction } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import { hashOf } from './input-hash.ts';
import { auditOfCall } from './audit-of-call.ts';
import { callColumns, jsonOrNull, LEASE_GRACE_MS } from './call-columns.ts';
import type { CallRow } from './call-row.ts';
import type { ApprovalRequest, NewCall } from './new-call.ts';

export interface LedgerParts {
  db: Db;
  vault: Vault;
  clock: Clock;
  /** Tells whoever follows the organisation; lossy, so the row stays the truth. */
  publish(organizationId: string, event: OrganizationEvent): void;
}

export interface Begun {
  row: CallRow;
  /** The key was used before: the row is the earlier call, nothing was begun. */
  duplicate: boolean;
  approvalId?: string;
}

/** How a dispatched call ended. */
export interface Ending {
  state: Extract<CallState, 'succeeded' | 'failed' | 'outcome_unknown' | 'cancelled'>;
  answer: CallAnswer;
  undo?: FollowUp | undefined;
}

/** One call's life as a row. The row and its audit line are committed together, before anything is dispatched. */
export function createCallLedger({ db, vault, clock, publish }: LedgerParts) {
  /** Throws `conflict` (422) when the key was used with other input, `conflict` when the call is already being undone. */
  async function begin(call: NewCall): Promise<Begun> {
    const state: CallState = call.approval ? 'awaiting_approval' : 'dispatched';
    const columns = await callColumns(call, state, vault, clock);
    try {
      const begun = await db.transaction().execute(async (trx) => {
        const row = await trx.insertInto('calls').values(columns).returningAll().executeTakeFirstOrThrow();
        await appendAudit(trx, auditOfCall(row, 'call.requested', 'pending', call.approval?.reasons));
        const approvalId = call.approval && (await insertApproval(trx, call, call.approval));
        return { row, duplicate: false, ...(approvalId !== undefined && { approvalId }) };
      });
      announce(begun.row, begun.approvalId);
      return begun;
    } catch (error) {
      if (isUniqueViolation(error)) return earlierCall(call, columns.input_hash, error);
      throw error;
    }
  }

  async function insertApproval(trx: Transaction, call: NewCall, request: ApprovalRequest): Promise<string> {
    const id = newId('appr', clock());
    await trx
      .insertInto('approvals')
      .values({
        id,
        organization_id: call.principal.organizationId,
        call_id: call.id,
        status: 'pending',
        tool: call.tool.name,
        hash: hashOf([
          call.tool.name,
          call.connection ?? null,
          call.input,
          call.prepared?.diff ?? null,
          call.prepared?.observed ?? null,
        ]),
        reasons: JSON.stringify(request.reasons),
        requested_by: call.principal.id,
        requested_by_label: call.principal.label,
        request_reason: request.requestReason ?? null,
        expires_at: request.expiresAt,
        created_at: clock(),
      })
      .execute();
    return id;
  }

  async function earlierCall(call: NewCall, hash: string, cause: unknown): Promise<Begun> {
    const row = call.idempotencyKey === undefined ? undefined : await findByKey(call, call.idempotencyKey);
    if (row) return { row: sameInput(row, hash), duplicate: true };
    throw new AppError('conflict', 'This call is being undone already.', {
      cause,
      suggestion: 'Look at GET /api/v1/calls for the undo that is under way.',
    });
  }

  /** The earlier call with this idempotency key, if there is one. Throws `conflict` (422) when its input was another. */
  async function findDuplicate(
    call: Pick<NewCall, 'principal' | 'tool'>,
    key: string,
    hash: string,
  ): Promise<CallRow | undefined> {
    const row = await findByKey(call, key);
    return row && sameInput(row, hash);
  }

  async function findByKey(call: Pick<NewCall, 'principal' | 'tool'>, key: string): Promise<CallRow | undefined> {
    return db
      .selectFrom('calls')
      .selectAll()
      .where('organization_id', '=', call.principal.organizationId)
      .where('principal_id', '=', call.principal.id)
      .where('tool', '=', call.tool.name)
      .where('idempotency_key', '=', key)
      .executeTakeFirst();
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
    { state, answer, undo }: Ending,
  ): Promise<boolean> {
    const finished = await db.transaction().execute(async (trx) => {
      const done = await trx
        .updateTable('calls')
        .set({
          state,
          reply: JSON.stringify(answer.reply),
          reply_text: answer.text,
          undo: jsonOrNull(undo),
          finished_at: clock(),
          duration_ms: answer.reply.duration_ms,
          lease_until: null,
          // What ran needs its input no longer.
          input_sealed: null,
        })
        .where('organization_id', '=', row.organization_id)
        .where('id', '=', row.id)
        // A lost lease may have been swept to outcome_unknown while the answer was on its way: a real answer settles it.
        .where('state', 'in', ['dispatched', 'outcome_unknown'])
        .returningAll()
        .executeTakeFirst();
      if (done) await appendAudit(trx, auditOfCall(done, 'call.finished', state === 'succeeded' ? 'ok' : 'failed'));
      return done;
    });
    if (finished) announce(finished);
    return finished !== undefined;
  }

  /** Ends a call that never ran. Undefined when it is no longer waiting. */
  async function endWaiting(
    trx: Transaction,
    organizationId: string,
    callId: string,
    state: 'refused' | 'expired' | 'cancelled',
  ): Promise<CallRow | undefined> {
    const ended = await trx
      .updateTable('calls')
      .set({ state, finished_at: clock(), input_sealed: null })
      .where('organization_id', '=', organizationId)
      .where('id', '=', callId)
      .where('state', '=', 'awaiting_approval')
      .returningAll()
      .executeTakeFirst();
    if (ended) await appendAudit(trx, auditOfCall(ended, `call.${state}`, 'denied'));
    return ended;
  }

  function announce(row: CallRow, approvalId?: string): void {
    publish(row.organization_id, { type: 'call.changed', call_id: row.id, tool: row.tool, state: row.state });
    if (approvalId !== undefined)
      publish(row.organization_id, {
        type: 'approval.changed',
        approval_id: approvalId,
        call_id: row.id,
        status: 'pending',
      });
  }

  return { begin, findDuplicate, claimApproved, finish, endWaiting, announce };
}
export type CallLedger = ReturnType<typeof createCallLedger>;

function sameInput(row: CallRow, hash: string): CallRow {
  if (row.input_hash === hash) return row;
  throw new AppError('conflict', 'This idempotency key was used with other input.', {
    httpStatus: 422,
    details: { call_id: row.id },
    suggestion: 'Use a new key for a new call.',
  });
}
