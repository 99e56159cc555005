import { appendAudit } from '@devmesh/audit';
import type { CallAnswer, CallState } from '@devmesh/contracts';
import type { Clock, Logger, Metrics } from '@devmesh/runtime';
import { createBatchWriter, type Db, type Insertable, type Tables } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import { auditOfCall } from './audit-of-call.ts';
import { callColumns, jsonOrNull } from './call-columns.ts';
import type { CallRow } from './call-row.ts';
import type { NewCall } from './new-call.ts';

type Row = Insertable<Tables['calls']>;

/** What a crash may cost: the read lines of this long … */
export const READ_LINES_DELAY_MS = 200;
/** … or this many of them, whichever is less. */
export const READ_LINES_MAX = 200;

/** Records reads behind their replies, rows and audit lines together, in batches. Writes never go this way. */
export function createReadRecorder(parts: { db: Db; vault: Vault; clock: Clock; logger: Logger; metrics: Metrics }) {
  const { db, vault, clock, logger, metrics } = parts;
  const writer = createBatchWriter<Row>({
    name: 'call_reads',
    maxDelayMs: READ_LINES_DELAY_MS,
    maxItems: READ_LINES_MAX,
    logger,
    metrics,
    write: (rows) =>
      db.transaction().execute(async (trx) => {
        const stored = await trx
          .insertInto('calls')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .returningAll()
          .execute();
        for (const row of stored) await appendAudit(trx, auditOfCall(row, 'call.finished', outcomeOf(row)));
      }),
  });

  /** Notes a read that has been answered, or a call that was turned away before anything was dispatched. */
  async function record(
    call: NewCall,
    state: Extract<CallState, 'succeeded' | 'failed' | 'cancelled' | 'denied'>,
    answer: CallAnswer,
  ): Promise<void> {
    const columns = await callColumns(call, state, vault, clock);
    const { data: _data, ...reply } = answer.reply;
    // The data of a read is the vendor's and can be asked for again: it is not kept.
    writer.add({
      ...columns,
      lease_until: null,
      reply: jsonOrNull({ ...reply, data: {} }),
      finished_at: clock(),
      duration_ms: answer.reply.duration_ms,
    });
  }

  return { record, flush: () => writer.flush(), stop: () => writer.stop() };
}
export type ReadRecorder = ReturnType<typeof createReadRecorder>;

function outcomeOf(row: CallRow): 'ok' | 'denied' | 'failed' {
  if (row.state === 'denied') return 'denied';
  return row.state === 'succeeded' ? 'ok' : 'failed';
}
