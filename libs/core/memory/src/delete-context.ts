import { inTransaction, sql } from '@devmesh/store';
import { storable } from './context-row.ts';
import { countRemoved, foldOrLater } from './document-frequencies.ts';
import type { Parts } from './parts.ts';
import { contextNotFound, visible } from './viewer.ts';
import type { Viewer } from './viewer.ts';

/** Deletes a context with its messages and pieces; nothing of it is found from then on. Throws not_found. */
export async function deleteContext(parts: Parts, viewer: Viewer, id: string): Promise<void> {
  const { rows } = await sql<{ key: string }>`
    SELECT c.key FROM memory_contexts c WHERE c.id = ${storable(id)} AND ${visible(viewer, parts.clock())}
  `.execute(parts.db);
  const found = rows[0];
  if (!found || !(await removeContext(parts, viewer.organizationId, found.key))) throw contextNotFound(id);
  parts.changed(viewer.organizationId, id, 'deleted');
}

/** False where somebody else was faster. */
export async function removeContext(parts: Parts, organizationId: string, key: string): Promise<boolean> {
  const removed = await inTransaction(parts.db, async (tx) => {
    // Waits for an indexer that is writing pieces of it, so that their terms are counted off, too.
    const locked = await sql`
      SELECT key FROM memory_contexts WHERE key = ${key} AND organization_id = ${organizationId} FOR UPDATE
    `.execute(tx);
    if (locked.rows.length === 0) return false;
    await countRemoved(tx, organizationId, sql`context_key = ${key}`);
    await sql`DELETE FROM memory_contexts WHERE key = ${key}`.execute(tx);
    return true;
  });
  if (removed) await foldOrLater(parts, organizationId);
  return removed;
}

/** Deletes up to `batch` contexts whose time is over, each in a transaction of its own. Returns how many. */
export async function sweepExpired(parts: Parts, batch = 100): Promise<number> {
  const { rows } = await sql<{ key: string; organization_id: string; id: string }>`
    SELECT key, organization_id, id FROM memory_contexts WHERE expires_at <= ${parts.clock()} ORDER BY expires_at LIMIT ${batch}
  `.execute(parts.db);
  let removed = 0;
  for (const { key, organization_id, id } of rows) {
    if (!(await removeContext(parts, organization_id, key))) continue;
    parts.changed(organization_id, id, 'deleted');
    removed++;
  }
  return removed;
}
