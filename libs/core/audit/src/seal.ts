import { inTransaction, sql } from '@devmesh/store';
import type { Db, Transaction } from '@devmesh/store';
import { GENESIS, hashOf } from './chain.ts';
import type { AuditRow } from './row.ts';

const BATCH_LINES = 500;

interface Head {
  seq: number;
  hash: string;
}

/**
 * Chains what is not sealed yet, in every organisation, and gives the number of lines. Any number may run at one time:
 * an organisation that another one is sealing is left to that one.
 */
export async function sealAudit(db: Db): Promise<number> {
  let lines = 0;
  for (const organizationId of await organizationsWithUnsealed(db)) lines += await sealOrganization(db, organizationId);
  return lines;
}

async function organizationsWithUnsealed(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('audit_events')
    .select('organization_id')
    .distinct()
    .where('seq', 'is', null)
    .execute();
  return rows.map((row) => row.organization_id);
}

async function sealOrganization(db: Db, organizationId: string): Promise<number> {
  let lines = 0;
  for (;;) {
    const sealed = await inTransaction(db, (transaction) => sealBatch(transaction, organizationId));
    lines += sealed;
    if (sealed < BATCH_LINES) return lines;
  }
}

/**
 * In the order of `ordinal` among what is committed now. A transaction that took an earlier ordinal may commit later; its
 * line then follows in the chain, whose own order is `seq`.
 */
async function sealBatch(transaction: Transaction, organizationId: string): Promise<number> {
  const head = await lockHead(transaction, organizationId);
  if (!head) return 0;
  const rows = await transaction
    .selectFrom('audit_events')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('seq', 'is', null)
    .orderBy('ordinal')
    .limit(BATCH_LINES)
    .execute();
  if (rows.length === 0) return 0;
  await writeLinks(transaction, organizationId, linksAfter(head, rows));
  return rows.length;
}

/** Undefined while another sealer holds it. */
async function lockHead(transaction: Transaction, organizationId: string): Promise<Head | undefined> {
  await transaction
    .insertInto('audit_heads')
    .values({ organization_id: organizationId, seq: 0, hash: GENESIS })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return transaction
    .selectFrom('audit_heads')
    .select(['seq', 'hash'])
    .where('organization_id', '=', organizationId)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

interface Link extends Head {
  id: string;
}

function linksAfter(head: Head, rows: AuditRow[]): Link[] {
  let last = head;
  return rows.map((row) => {
    const seq = last.seq + 1;
    const link = { id: row.id, seq, hash: hashOf(last.hash, seq, row) };
    last = link;
    return link;
  });
}

async function writeLinks(transaction: Transaction, organizationId: string, links: Link[]): Promise<void> {
  await sql`
    update audit_events set seq = link.seq, hash = link.hash
    from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as link (id text, seq bigint, hash text)
    where audit_events.id = link.id`.execute(transaction);
  const last = links.at(-1);
  if (!last) return;
  await transaction
    .updateTable('audit_heads')
    .set({ seq: last.seq, hash: last.hash })
    .where('organization_id', '=', organizationId)
    .execute();
}
