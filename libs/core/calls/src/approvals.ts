import { appendAudit } from '@devmesh/audit';
import { AppError, type OrganizationEvent, type Principal } from '@devmesh/contracts';
import type { Queue } from '@devmesh/queue';
import type { Clock, Logger } from '@devmesh/runtime';
import type { Db, Transaction } from '@devmesh/store';
import type { CallLedger } from './call-ledger.ts';
import type { ApprovalRow, CallRow } from './call-row.ts';

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

const MAY_APPROVE = new Set(['approver', 'admin', 'owner']);

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
    const decided = await db.transaction().execute(async (trx) => {
      const approval = await settle(trx, person, id, verdict, reason);
      if (!approval) return undefined;
      await appendAudit(trx, {
        organizationId: person.organizationId,
        actor: { id: person.id, label: person.label, kind: 'person' },
        action: `approval.${verdict}`,
        outcome: verdict === 'approved' ? 'ok' : 'denied',
        target: approval.tool,
        callId: approval.call_id,
        details: { approval_id: id, hash: approval.hash, ...(reason !== undefined && { reason }) },
      });
      const refusedCall =
        verdict === 'refused'
          ? await ledger.endWaiting(trx, person.organizationId, approval.call_id, 'refused')
          : undefined;
      return { approval, refusedCall };
    });
    if (!decided) throw await whyNot(person.organizationId, id);
    tell(decided.approval, decided.refusedCall);
    if (verdict === 'approved') await wakeExecution(decided.approval);
    return decided.approval;
  }

  async function settle(
    trx: Transaction,
    person: Principal,
    id: string,
    verdict: 'approved' | 'refused',
    reason: string | undefined,
  ) {
    return (
      trx
        .updateTable('approvals')
        .set({
          status: verdict,
          decided_at: clock(),
          decided_by: person.userId ?? null,
          decided_by_label: person.label,
          decision_reason: reason ?? null,
        })
        .where('organization_id', '=', person.organizationId)
        .where('id', '=', id)
        .where('status', '=', 'pending')
        .where('expires_at', '>', clock())
        // A call that was cancelled while it waited can no longer be decided.
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('calls')
              .select('calls.id')
              .whereRef('calls.id', '=', 'approvals.call_id')
              .where('calls.state', '=', 'awaiting_approval'),
          ),
        )
        .returningAll()
        .executeTakeFirst()
    );
  }

  async function whyNot(organizationId: string, id: string): Promise<AppError> {
    const { approval, call } = await get(organizationId, id);
    if (approval.status === 'pending' && call.state === 'cancelled')
      return new AppError('conflict', 'The call was cancelled while it waited.', { details: { status: 'cancelled' } });
    if (approval.status === 'pending')
      return new AppError('conflict', 'This approval has expired.', {
        details: { status: 'expired' },
        suggestion: 'Ask the agent to make the call again.',
      });
    const by = approval.decided_by_label === null ? '' : ` by ${approval.decided_by_label}`;
    return new AppError('conflict', `This was ${approval.status}${by} already.`, {
      details: { status: approval.status, decided_at: approval.decided_at?.toISOString() },
    });
  }

  /** Ends what nobody decided in time; for the worker. Returns how many. */
  async function expire(): Promise<number> {
    const due = await db
      .selectFrom('approvals')
      .select(['id', 'organization_id'])
      .where('status', '=', 'pending')
      .where('expires_at', '<=', clock())
      .limit(100)
      .execute();
    for (const { id, organization_id } of due) await expireOne(organization_id, id);
    return due.length;
  }

  async function expireOne(organizationId: string, id: string): Promise<void> {
    const expired = await db.transaction().execute(async (trx) => {
      const approval = await trx
        .updateTable('approvals')
        .set({ status: 'expired', decided_at: clock() })
        .where('organization_id', '=', organizationId)
        .where('id', '=', id)
        .where('status', '=', 'pending')
        .returningAll()
        .executeTakeFirst();
      return approval && { approval, call: await ledger.endWaiting(trx, organizationId, approval.call_id, 'expired') };
    });
    if (expired) tell(expired.approval, expired.call);
  }

  /** Wakes approved calls whose job was lost; for the worker. */
  async function reconcile(): Promise<number> {
    const waiting = await db
      .selectFrom('approvals')
      .innerJoin('calls', 'calls.id', 'approvals.call_id')
      .select(['approvals.organization_id', 'approvals.call_id'])
      .where('approvals.status', '=', 'approved')
      .where('calls.state', '=', 'awaiting_approval')
      .limit(100)
      .execute();
    for (const approval of waiting) await wakeExecution(approval);
    return waiting.length;
  }

  // The approval is committed: if the queue is away, the sweep finds it, so the person's answer stands.
  async function wakeExecution(approval: Pick<ApprovalRow, 'organization_id' | 'call_id'>): Promise<void> {
    try {
      await queue.add(
        'call.execute',
        { organizationId: approval.organization_id, callId: approval.call_id },
        { dedupeKey: approval.call_id },
      );
    } catch (error) {
      logger.warn('an approved call could not be queued; the sweep will', { call_id: approval.call_id, error });
    }
  }

  function tell(approval: ApprovalRow, call: CallRow | undefined): void {
    publish(approval.organization_id, {
      type: 'approval.changed',
      approval_id: approval.id,
      call_id: approval.call_id,
      status: approval.status,
    });
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
  if (!person.roles.some((role) => MAY_APPROVE.has(role))) {
    throw new AppError('forbidden', 'Your role may not approve.', {
      suggestion: 'Ask an approver, an admin or the owner.',
    });
  }
}

function noSuchApproval(id: string): AppError {
  return new AppError('not_found', `There is no approval ${id}.`, {
    suggestion: 'GET /api/v1/approvals?status=pending lists those that wait.',
  });
}
