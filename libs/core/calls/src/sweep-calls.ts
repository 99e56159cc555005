import { appendAudit } from '@devmesh/audit';
import type { Clock } from '@devmesh/runtime';
import { inTransaction, type Db } from '@devmesh/store';
import { auditOfCall, DEVMESH } from './audit-of-call.ts';
import type { CallLedger } from './call-ledger.ts';
import type { CallRow } from './call-row.ts';

const KEY_KEPT_MS = 24 * 3600 * 1000;
const SWEPT_AT_ONCE = 100;

/** Settles calls whose process died: for the worker. Nothing is ever run again here. */
export function createCallSweep({ db, clock, ledger }: { db: Db; clock: Clock; ledger: CallLedger }) {
  /** A dispatched call past its lease: a write may or may not have happened, a read is lost. Returns how many. */
  async function settleLost(): Promise<number> {
    const lost = await db
      .selectFrom('calls')
      .select(['id', 'organization_id', 'effect'])
      .where('state', '=', 'dispatched')
      .where('lease_until', '<', clock())
      .orderBy('lease_until')
      .limit(SWEPT_AT_ONCE)
      .execute();
    for (const row of lost) await settle(row);
    return lost.length;
  }

  async function settle({ id, organization_id, effect }: Pick<CallRow, 'id' | 'organization_id' | 'effect'>) {
    const state = effect === 'read' ? 'failed' : 'outcome_unknown';
    const settled = await inTransaction(db, async (trx) => {
      const changed = await trx
        .updateTable('calls')
        .set({ state, finished_at: clock(), lease_until: null, input_sealed: null })
        .where('id', '=', id)
        .where('organization_id', '=', organization_id)
        .where('state', '=', 'dispatched')
        .where('lease_until', '<', clock())
        .returningAll()
        .executeTakeFirst();
      const why = { actor: DEVMESH, rule: 'lease-lost' };
      if (changed) await appendAudit(trx, auditOfCall(changed, 'call.finished', 'failed', why));
      return changed;
    });
    if (settled) ledger.announce(settled);
  }

  /** Keys are kept for 24 hours; the calls stay. */
  async function forgetKeys(): Promise<void> {
    await db
      .updateTable('calls')
      .set({ idempotency_key: null })
      .where('idempotency_key', 'is not', null)
      .where('created_at', '<', new Date(clock().getTime() - KEY_KEPT_MS))
      .execute();
  }

  return { settleLost, forgetKeys };
}
export type CallSweep = ReturnType<typeof createCallSweep>;
