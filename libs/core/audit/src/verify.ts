import { sql } from '@devmesh/store';
import type { Db } from '@devmesh/store';
import { GENESIS, hashOf } from './chain.ts';
import type { AuditRow } from './row.ts';

export interface AuditFault {
  kind: 'changed' | 'missing' | 'reordered';
  /** The first place in the chain that is not as it was sealed. */
  seq: number;
  /** The line that stands there now, if any does. */
  id?: string;
  message: string;
}

export interface AuditVerdict {
  ok: boolean;
  /** All lines of the organisation, and how many of them are in the chain; the newest wait for the next sealing. */
  lines: number;
  sealed: number;
  firstFault?: AuditFault;
}

interface Link {
  seq: number;
  hash: string;
}

const PAGE_LINES = 1_000;

/** Walks the organisation's chain from its first line. Lines that are sealed meanwhile are left for the next time. */
export async function verifyAudit(db: Db, organizationId: string): Promise<AuditVerdict> {
  const head = await headOf(db, organizationId);
  const fault = (await firstFaultUpTo(db, organizationId, head)) ?? (await faultBehindHead(db, organizationId));
  const counts = await count(db, organizationId);
  return { ok: !fault, ...counts, ...(fault && { firstFault: fault }) };
}

async function firstFaultUpTo(db: Db, organizationId: string, head: Link): Promise<AuditFault | undefined> {
  let last: Link = { seq: 0, hash: GENESIS };
  while (last.seq < head.seq) {
    const page = await pageAfter(db, organizationId, last.seq);
    if (page.length === 0) return missing(last.seq + 1);
    for (const row of page) {
      const seq = last.seq + 1;
      if (row.seq !== seq) return missing(seq, row);
      const hash = hashOf(last.hash, seq, row);
      if (row.hash !== hash) return isElsewhere(page, last.hash, row) ? reordered(row) : changed(row);
      last = { seq, hash };
      if (seq === head.seq) break;
    }
  }
  return last.hash === head.hash ? undefined : changedHead(head);
}

/** Whether the line that belongs to the place of `row` stands at another one. */
function isElsewhere(page: AuditRow[], previous: string, row: AuditRow): boolean {
  return page.some((other) => {
    const hash = hashOf(previous, row.seq ?? 0, other);
    return hash === other.hash || hash === row.hash;
  });
}

/** Lines behind the head, compared in one statement, since sealing goes on: somebody put the head back. */
async function faultBehindHead(db: Db, organizationId: string): Promise<AuditFault | undefined> {
  const { rows } = await sql<{ head: number; last: number }>`
    select coalesce((select seq from audit_heads where organization_id = ${organizationId}), 0) as head,
           coalesce((select max(seq) from audit_events where organization_id = ${organizationId}), 0) as last`.execute(
    db,
  );
  const { head, last } = rows[0] ?? { head: 0, last: 0 };
  return last > head ? changedHead({ seq: head, hash: '' }) : undefined;
}

async function headOf(db: Db, organizationId: string): Promise<Link> {
  const head = await db
    .selectFrom('audit_heads')
    .select(['seq', 'hash'])
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return head ?? { seq: 0, hash: GENESIS };
}

function pageAfter(db: Db, organizationId: string, seq: number): Promise<AuditRow[]> {
  return db
    .selectFrom('audit_events')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(PAGE_LINES)
    .execute();
}

async function count(db: Db, organizationId: string): Promise<{ lines: number; sealed: number }> {
  const counted = await db
    .selectFrom('audit_events')
    .select(({ fn }) => [fn.countAll<number>().as('lines'), fn.count<number>('seq').as('sealed')])
    .where('organization_id', '=', organizationId)
    .executeTakeFirstOrThrow();
  return { lines: Number(counted.lines), sealed: Number(counted.sealed) };
}

function missing(seq: number, next?: AuditRow): AuditFault {
  const message = `Line ${seq} is missing.`;
  return { kind: 'missing', seq, ...(next && { id: next.id }), message };
}

function changed(row: AuditRow): AuditFault {
  return {
    kind: 'changed',
    seq: row.seq ?? 0,
    id: row.id,
    message: `Line ${row.seq} (${row.id}) is not as it was sealed.`,
  };
}

function reordered(row: AuditRow): AuditFault {
  const message = `Line ${row.seq} (${row.id}) is not the one that was sealed at this place; that one stands elsewhere.`;
  return { kind: 'reordered', seq: row.seq ?? 0, id: row.id, message };
}

function changedHead({ seq }: Link): AuditFault {
  return {
    kind: 'changed',
    seq,
    message: `The head of the chain (${seq}) is not the one that was written by sealing.`,
  };
}
