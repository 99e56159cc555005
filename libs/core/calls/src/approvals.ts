import { appendAudit } from '@devmesh/audit';
import { AppError, type OrganizationEvent, type Principal, type Role } from '@devmesh/contracts';
import type { Queue } from '@devmesh/queue';
import type { Clock, Logger } from '@devmesh/runtime';
import { inTransaction, type Db, type Transaction } from '@devmesh/store';
import { actorOf, DEVMESH } from './audit-of-call.ts';
import type { CallLedger } from './call-ledger.ts';
import type { ApprovalRow, CallRow } from './call-row.ts';
import { plainTextOrNull } from './jsonb.ts';

export interface ApprovalsParts {
  db: Db;
  queue: Queue;
  ledger: CallLedger;
  clock: Clock;
  logger: Logger;
  publish(organizationId: string, event: OrganizationEvent): void;
}

export interface ApprovalView {
  approval: ApprovalRow;
  call: CallRow;
}

const MAY_APPROVE: readonly Role[] = ['approver', 'admin', 'owner'];
const SWEPT_AT_ONCE = 100;

/** A person's yes or no to a stored call. An API key never decides, whatever it holds. */
export function createApprovals({ db, queue, ledger, clock, logger, publish }: ApprovalsParts) {
  /** Newest first. */
  async function list(
    organizationId: string,
    status: ApprovalRow['status'] | undefined,
    limit: number,
  ): Promise<ApprovalRow[]> {
    let query = db.selectFrom('approvals').selectAll().where('organization_id', '=', organizationId);
    if (status) query = query.where('status', '=', status);
    return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  }

  /** Throws `not_found`, for another organisation's too. */
  async function get(organizationId: string, id: string): Promise<ApprovalView> {
    const approval = await db
      .selectFrom('approvals')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!approval) throw noSuchApproval(id);
    const call = await db
      .selectFrom('calls')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('id', '=', approval.call_id)
      .executeTakeFirstOrThrow();
    return { approval, call };
  }

  /** The approval of a call, and when it was given; undefined where none was needed. */
  async function ofCall(
    organizationId: string,
    callId: string,
  ): Promise<{ id: string; approvedAt: Date | null } | undefined> {
    const row = await db
      .selectFrom('approvals')
      .select(['id', 'status', 'decided_at'])
      .where('organization_id', '=', organizationId)
      .where('call_id', '=', callId)
      .executeTakeFirst();
    return row && { id: row.id, approvedAt: row.status === 'approved' ? row.decided_at : null };
  }

  /** Approves or refuses, once. Throws `forbidden` for a key or a person without the role, `conflict` when decided or expired. */
  async function decide(
    person: Principal,
    id: string,
    verdict: 'approved' | 'refused',
    reason: string | undefined,
  ): Promise<ApprovalRow> {
    assertMayDecide(person);
    const decided = await inTransaction(db, async (trx) => {
      const approval = await settle(trx, person, id, verdict, reason);
      if (!approval) return undefined;
      await appendAudit(trx, {
        organizationId: person.organizationId,
        actor: actorOf(person),
        action: `approval.${verdict}`,
        outcome: verdict === 'approved' ? 'ok' : 'denied',
        target: approval.tool,
        callId: approval.call_id,
        details: { approval_id: id, hash: approval.hash, ...(reason !== undefined && { reason }) },
      });
      if (verdict === 'approved') return { approval };
      return { approval, refused: await ledger.endWaiting(trx, callOf(approval), 'refused', actorOf(person)) };
    });
    if (!decided) throw await whyNot(person.organizationId, id);
    tell(decided.approval, decided.refused);
    if (verdict === 'approved') await wakeExecution(decided.approval);
    return decided.approval;
  }

  function settle(
    trx: Transaction,
    person: Principal,
    id: string,
    status: 'approved' | 'refused',
    reason: string | undefined,
  ): Promise<ApprovalRow | undefined> {
    return trx
      .updateTable('approvals')
      .set({
        status,
        decided_at: clock(),
        decided_by: person.userId ?? null,
        decided_by_label: person.label,
        decision_reason: plainTextOrNull(reason),
      })
      .where('organization_id', '=', person.organizationId)
      .where('id', '=', id)
      .where('status', '=', 'pending')
      .where('expires_at', '>', clock())
      .returningAll()
      .executeTakeFirst();
  }

  async function whyNot(organizationId: string, id: string): Promise<AppError> {
    const { approval, call } = await get(organizationId, id);
    if (call.state === 'cancelled') return conflict('The call was cancelled while it waited.', 'cancelled');
    if (approval.decided_by_label === null) return conflict('This approval has expired.', 'expired');
    return conflict(`This was ${approval.status} by ${approval.decided_by_label} already.`, approval.status);
  }

  /** Ends what nobody decided in time; for the worker. Returns how many. */
  async function expire(): Promise<number> {
    const due = await db
      .selectFrom('approvals')
      .select(['id', 'organization_id'])
      .where('status', '=', 'pending')
      .where('expires_at', '<=', clock())
      .orderBy('expires_at')
      .limit(SWEPT_AT_ONCE)
      .execute();
    for (const { id, organization_id } of due) await expireOne(organization_id, id);
    return due.length;
  }

  async function expireOne(organizationId: string, id: string): Promise<void> {
    const expired = await inTransaction(db, async (trx) => {
      const approval = await trx
        .updateTable('approvals')
        .set({ status: 'expired', decided_at: clock() })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .where('status', '=', 'pending')
        .returningAll()
        .executeTakeFirst();
      return approval && { approval, call: await ledger.endWaiting(trx, callOf(approval), 'expired', DEVMESH) };
    });
    if (expired) tell(expired.approval, expired.call);
  }

  /** Wakes approved calls whose job was lost; for the worker. Returns how many. */
  async function reconcile(): Promise<number> {
    const waiting = await db
      .selectFrom('approvals')
      .innerJoin('calls', 'calls.id', 'approvals.call_id')
      .select(['approvals.organization_id', 'approvals.call_id'])
      .where('approvals.status', '=', 'approved')
      .where('calls.state', '=', 'awaiting_approval')
      .orderBy('approvals.decided_at')
      .limit(SWEPT_AT_ONCE)
      .execute();
    for (const approval of waiting) await wakeExecution(approval);
    return waiting.length;
  }

  // The approval is committed: if the queue is away, the sweep finds it, so the person's answer stands.
  async function wakeExecution({
    organization_id,
    call_id,
  }: Pick<ApprovalRow, 'organization_id' | 'call_id'>): Promise<void> {
    try {
      await queue.add('call.execute', { organizationId: organization_id, callId: call_id }, { dedupeKey: call_id });
    } catch (error) {
      logger.warn('an approved call could not be queued; the sweep will', { call_id, error });
    }
  }

  function tell({ organization_id, id, call_id, status }: ApprovalRow, call: CallRow | undefined): void {
    publish(organization_id, { type: 'approval.changed', approval_id: id, call_id, status });
    if (call) ledger.announce(call);
  }

  return { list, get, ofCall, decide, expire, reconcile };
}
export type Approvals = ReturnType<typeof createApprovals>;

function assertMayDecide(person: Principal): void {
  if (person.kind !== 'person') {
    throw new AppError('forbidden', "An approval is a person's: an API key cannot give it.", {
      suggestion: 'Open the approval page and sign in.',
    });
  }
  if (!person.roles.some((role) => MAY_APPROVE.includes(role))) {
    throw new AppError('forbidden', 'Your role may not approve.', {
      suggestion: 'Ask an approver, an admin or the owner.',
    });
  }
}

function callOf({ organization_id, call_id }: ApprovalRow) {
  return { organization_id, id: call_id };
}

function conflict(message: string, status: string): AppError {
  return new AppError('conflict', message, {
    details: { status },
    ...(status === 'expired' && { suggestion: 'Ask the agent to make the call again.' }),
  });
}

function noSuchApproval(id: string): AppError {
  return new AppError('not_found', `There is no approval ${id}.`, {
    suggestion: 'GET /api/v1/approvals?status=pending lists those that wait.',
  });
}
