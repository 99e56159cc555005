import type { Db } from '@devmesh/store';
import { canonicalJson } from './canonical-json.ts';
import { factsOf } from './chain.ts';

const PAGE_LINES = 500;

/**
 * Every line of the organisation as JSONL (each with its line feed), oldest first, up to the newest at the time of the
 * call. A line holds all that its hash covers, so that the chain can be checked without us: order by `seq`, and hash as
 * the README says. Read a page at a time, never all at once.
 */
export async function* exportAudit(db: Db, organizationId: string): AsyncIterable<string> {
  const newest = await newestOrdinal(db, organizationId);
  let last = 0;
  while (last < newest) {
    const page = await db
      .selectFrom('audit_events')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('ordinal', '>', last)
      .where('ordinal', '<=', newest)
      .orderBy('ordinal')
      .limit(PAGE_LINES)
      .execute();
    for (const row of page) yield `${canonicalJson({ ...factsOf(row), seq: row.seq, hash: row.hash })}\n`;
    last = page.at(-1)?.ordinal ?? newest;
  }
}

async function newestOrdinal(db: Db, organizationId: string): Promise<number> {
  const row = await db
    .selectFrom('audit_events')
    .select(({ fn }) => fn.max('ordinal').as('newest'))
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return Number(row?.newest ?? 0);
}
