import { appendAudit } from '@devmesh/audit';
import type { Clock } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { auditOfCall } from './audit-of-call.ts';
import type { CallLedger } from './call-ledger.ts';
import type { CallRow } from './call-row.ts';

const KEY_KEPT_MS = 24 * 3600 * 1000;

/** Settles calls whose process died: for the worker. Nothing is ever run again here. */
export function createCallSweep({ db, clock, ledger }: { db: Db; clock: Clock; ledger: CallLedger }) {
  /** A dispatched call past its lease: a write may or may not have happened, a read is lost. Returns how many. */
  async function settleLost(): Promise<number> {
    const lost = await db
      .selectFrom('calls')
      .selectAll()
      .where('state', '=', 'dispatched')
      .where('lease_until', '<', clock())
      .limit(100)
      .execute();
    for (const row of lost) await settle(row);
    return lost.length;
  }

  async function settle(row: CallRow): Promise<void> {
    const state = row.effect === 'read' ? 'failed' : 'outcome_unknown';
    const settled = await db.transaction().execute(async (trx) => {
      const changed = await trx
        .updateTable('calls')
        .set({ state, finished_at: clock(), lease_until: null, input_sealed: null })
        .where('id', '=', row.id)
        .where('organization_id', '=', row.organization_id)
        .where('state', '=', 'dispatched')
        .where('lease_until', '<', clock())
        .returningAll()
        .executeTakeFirst();
      if (changed)
        await appendAudit(
          trx,
          auditOfCall(changed, 'call.finished', 'failed', [
            { rule: 'lease-lost', text: 'The process that ran it is gone.' },
          ]),
        );
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
