import { type DbOrTransaction, sql } from '@devmesh/store';
import { visible } from './viewer.ts';
import type { Viewer } from './viewer.ts';

/** A row of memory_contexts, without `facts`. */
export interface ContextRow {
  key: string;
  id: string;
  user_id: string | null;
  agent_id: string | null;
  model_id: string | null;
  session_id: string | null;
  name: string | null;
  metadata: string;
  list_count: number | null;
  list_chain: string | null;
  message_count: number;
  size_bytes: number;
  max_tokens: number | null;
  version: number;
  created_at: Date;
  updated_at: Date;
  expires_at: Date | null;
}

export const CONTEXT_COLUMNS = sql`c.key, c.id, c.user_id, c.agent_id, c.model_id, c.session_id, c.name, c.metadata, c.list_count,
  c.list_chain, c.message_count, c.size_bytes, c.max_tokens, c.version, c.created_at, c.updated_at, c.expires_at`;

/** The row, locked against other writers until the transaction ends; readers and the indexer go on. */
export async function lockContext(
  tx: DbOrTransaction,
  viewer: Viewer,
  id: string,
  now: Date,
): Promise<ContextRow | undefined> {
  const found = await sql<ContextRow>`
    SELECT ${CONTEXT_COLUMNS} FROM memory_contexts c WHERE c.id = ${storable(id)} AND ${visible(viewer, now)} FOR NO KEY UPDATE
  `.execute(tx);
  return found.rows[0];
}

/** An id with a NUL names nothing, and Postgres would refuse the question. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
