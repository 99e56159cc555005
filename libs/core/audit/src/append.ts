import type { DbOrTransaction } from '@devmesh/store';
import type { AuditEvent } from './event.ts';
import { toRow } from './row.ts';
import type { NewAuditRow } from './row.ts';

/** Writes the line in the caller's transaction: what is told and that it is told happen together or not at all. */
export async function appendAudit(db: DbOrTransaction, event: AuditEvent): Promise<void> {
  await db.insertInto('audit_events').values(toRow(event)).execute();
}

/** Several lines with one statement, in the caller's transaction. */
export async function appendAuditLines(db: DbOrTransaction, events: readonly AuditEvent[]): Promise<void> {
  await insertRows(db, events.map(toRow));
}

/** Writing the same rows again changes nothing: the first time may have worked with its answer lost. */
export async function insertRows(db: DbOrTransaction, rows: NewAuditRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('audit_events')
    .values(rows)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
