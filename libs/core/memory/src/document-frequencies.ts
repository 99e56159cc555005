import { createHash } from 'node:crypto';
import { newId } from '@devmesh/contracts';
import { type Db, inTransaction, sql, type Transaction } from '@devmesh/store';
import type { Parts } from './parts.ts';

/** How many pieces there are counts under this term. */
export const ALL_PIECES = '';
const TAG_LENGTH = 6;

/**
 * What every lexeme of an organisation begins with. The text index is sorted by lexeme, so one organisation's lexemes lie
 * together and a search never reads another's postings; that two organisations share a tag is possible and harmless.
 */
export function tagOf(organizationId: string): string {
  return createHash('sha256').update(organizationId).digest('base64url').slice(0, TAG_LENGTH);
}

/** The terms of stored pieces, without the tag. */
export const TERMS_OF_PIECE = sql`SELECT substr(lexeme, ${sql.lit(TAG_LENGTH + 1)}) AS term FROM unnest(tsvector_to_array(terms)) AS lexeme`;

/** Notes that pieces are about to be removed. Only inserts, so that writers never wait for each other. */
export async function countRemoved(
  tx: Transaction,
  organizationId: string,
  which: ReturnType<typeof sql>,
): Promise<void> {
  await sql`
    INSERT INTO memory_term_changes (id, organization_id, changes)
    SELECT ${newId('chg')}, ${organizationId}, jsonb_object_agg(counted.term, -counted.pieces) FROM (
      SELECT t.term, count(*) AS pieces
      FROM memory_pieces p CROSS JOIN LATERAL (${TERMS_OF_PIECE} UNION ALL SELECT ${sql.lit(ALL_PIECES)}) t
      WHERE p.organization_id = ${organizationId} AND ${which}
      GROUP BY t.term
    ) counted HAVING count(*) > 0
  `.execute(tx);
}

/** Notes changes of counts by term. */
export async function recordChanges(
  tx: Transaction,
  organizationId: string,
  changes: ReadonlyMap<string, number>,
): Promise<void> {
  const changed = [...changes].filter(([, change]) => change !== 0);
  if (changed.length === 0) return;
  await sql`
    INSERT INTO memory_term_changes (id, organization_id, changes)
    VALUES (${newId('chg')}, ${organizationId}, ${JSON.stringify(Object.fromEntries(changed))})
  `.execute(tx);
}

/**
 * Adds the noted changes to the counts. One at a time per organisation: whoever holds the lock takes everybody's changes along,
 * so that a common term is written once per batch, in sorted order, and never by two at once.
 */
export async function foldTerms(db: Db, organizationId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`memory_terms ${organizationId}`}, 5))`.execute(tx);
    const { rows } = await sql<{ term: string }>`
      WITH taken AS (
        DELETE FROM memory_term_changes WHERE organization_id = ${organizationId} RETURNING changes
      ), folded AS (
        INSERT INTO memory_terms (organization_id, term, pieces)
        SELECT ${organizationId}, c.key COLLATE "C", sum(c.value::integer) FROM taken, jsonb_each_text(taken.changes) c
        GROUP BY 2 HAVING sum(c.value::integer) <> 0 ORDER BY 2
        ON CONFLICT (organization_id, term) DO UPDATE SET pieces = memory_terms.pieces + EXCLUDED.pieces
        RETURNING term, pieces
      )
      SELECT term FROM folded WHERE pieces <= 0
    `.execute(tx);
    if (rows.length > 0)
      await forget(
        tx,
        organizationId,
        rows.map(({ term }) => term),
      );
  });
}

/** What was noted is committed: where folding it fails, the next fold or the sweep takes it along. */
export async function foldOrLater({ db, logger }: Parts, organizationId: string): Promise<void> {
  try {
    await foldTerms(db, organizationId);
  } catch (error) {
    logger.warn('document frequencies could not be folded yet', { organizationId, error });
  }
}

async function forget(tx: Transaction, organizationId: string, terms: string[]): Promise<void> {
  await sql`
    DELETE FROM memory_terms WHERE organization_id = ${organizationId} AND pieces <= 0
      AND term IN (SELECT json_array_elements_text(${JSON.stringify(terms)}::json))
  `.execute(tx);
}

/** Organisations with changes that no fold has taken: its process died in between. */
export async function organizationsToFold(db: Db): Promise<string[]> {
  const { rows } = await sql<{
    organization_id: string;
  }>`SELECT DISTINCT organization_id FROM memory_term_changes`.execute(db);
  return rows.map(({ organization_id }) => organization_id);
}
