import { appendAuditLines } from '@devmesh/audit';
import type { CallAnswer, CallState } from '@devmesh/contracts';
import type { Clock, Logger, Metrics } from '@devmesh/runtime';
import { createBatchWriter, inTransaction, type Db, type Insertable, type Tables } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import { auditOfCall } from './audit-of-call.ts';
import { callColumns } from './call-columns.ts';
import type { CallRow } from './call-row.ts';
import { jsonb } from './jsonb.ts';
import type { NewCall } from './new-call.ts';

/** What a crash may cost: the read lines of this long … */
export const READ_LINES_DELAY_MS = 200;
/** … or this many of them, whichever is less. */
export const READ_LINES_MAX = 200;
/** Of a call that never ran nobody needs more of its input than this many characters of JSON. */
const KEPT_INPUT = 16_384;

interface Line {
  row: Insertable<Tables['calls']>;
  /** The policy rule that said no. */
  rule: string | undefined;
}

/** How a call ended that left no row before: a read, or one that was turned away. */
export type RecordedState = Extract<CallState, 'succeeded' | 'failed' | 'cancelled' | 'denied'>;

/** Records reads behind their replies, rows and audit lines together, in batches. Writes never go this way. */
export function createReadRecorder(parts: { db: Db; vault: Vault; clock: Clock; logger: Logger; metrics: Metrics }) {
  const { db, vault, clock, logger, metrics } = parts;
  const writer = createBatchWriter<Line>({
    name: 'call_reads',
    maxDelayMs: READ_LINES_DELAY_MS,
    maxItems: READ_LINES_MAX,
    logger,
    metrics,
    write: (lines) => writeLines(db, lines, logger),
  });

  /** Notes a read that has been answered, or a call that was turned away before anything was dispatched. */
  async function record(call: NewCall, state: RecordedState, { reply }: CallAnswer, rule?: string): Promise<void> {
    const columns = await callColumns(call, state, vault, clock);
    const row = {
      ...columns,
      input: shortInput(columns.input),
      lease_until: null,
      // The data of a read is the vendor's and can be asked for again: it is not kept.
      reply: jsonb({ ...reply, data: {} }),
      finished_at: clock(),
      duration_ms: reply.duration_ms,
    };
    writer.add({ row, rule });
  }

  return { record, flush: () => writer.flush(), stop: () => writer.stop() };
}
export type ReadRecorder = ReturnType<typeof createReadRecorder>;

/** One line that the database will never take must not keep all others waiting for ever. */
async function writeLines(db: Db, lines: readonly Line[], logger: Logger): Promise<void> {
  try {
    await insertLines(db, lines);
  } catch (error) {
    if (!isRefusedData(error)) throw error;
    if (lines.length > 1) for (const line of lines) await writeLines(db, [line], logger);
    else
      logger.error('the row of a read was refused by the database and is lost', { call_id: lines[0]?.row.id, error });
  }
}

// A batch whose answer was lost is written again: only rows that were not there bring their audit lines.
function insertLines(db: Db, lines: readonly Line[]): Promise<void> {
  const rules = new Map(lines.map(({ row, rule }) => [row.id, rule]));
  return inTransaction(db, async (trx) => {
    const stored = await trx
      .insertInto('calls')
      .values(lines.map(({ row }) => row))
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .execute();
    await appendAuditLines(
      trx,
      stored.map((row) => auditOfCall(row, 'call.finished', outcomeOf(row), { rule: rules.get(row.id) })),
    );
  });
}

/** SQLSTATE classes 22 (data) and 23 (constraint): the same line fails the same way every time. */
function isRefusedData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^2[23]...$/.test(code);
}

function shortInput(json: string): string {
  return json.length <= KEPT_INPUT ? json : jsonb({ truncated: true, characters: json.length });
}

function outcomeOf({ state }: CallRow): 'ok' | 'denied' | 'failed' {
  if (state === 'denied') return 'denied';
  return state === 'succeeded' ? 'ok' : 'failed';
}
