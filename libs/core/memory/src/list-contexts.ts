import { sql } from '@devmesh/store';
import { CONTEXT_COLUMNS } from './context-row.ts';
import type { ContextRow } from './context-row.ts';
import { summaryOf } from './context-view.ts';
import type { ContextView } from './context-view.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { fieldEquals, metadataText } from './filters.ts';
import type { ListContexts } from './inputs.ts';
import type { Parts } from './parts.ts';
import type { Page } from './read-context.ts';
import { visible } from './viewer.ts';
import type { Viewer } from './viewer.ts';

type Sql = ReturnType<typeof sql>;

/** Newest first, without messages. Throws invalid_input (a cursor that is not ours). */
export async function listContexts(
  { db, clock }: Parts,
  viewer: Viewer,
  query: Partial<ListContexts>,
): Promise<Page<ContextView>> {
  const { limit = 50 } = query;
  const before = decodeCursor(query.cursor, 'string');
  const conditions = [visible(viewer, clock()), ...conditionsOf(query)];
  if (before !== undefined) conditions.push(sql`c.key < ${before}`);
  const { rows } = await sql<ContextRow>`
    SELECT ${CONTEXT_COLUMNS} FROM memory_contexts c WHERE ${sql.join(conditions, sql` AND `)} ORDER BY c.key DESC LIMIT ${limit + 1}
  `.execute(db);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit;
  return { data: page.map(summaryOf), next_cursor: hasMore && last ? encodeCursor(last.key) : null, has_more: hasMore };
}

function conditionsOf(query: Partial<ListContexts>): Sql[] {
  const { user_id, agent_id, session_id, type, created_after, created_before, updated_after, updated_before } = query;
  const conditions: Sql[] = [];
  for (const [field, value] of Object.entries({ user_id, agent_id, session_id, type })) {
    if (value !== undefined) conditions.push(fieldEquals(field, value));
  }
  if (created_after !== undefined) conditions.push(sql`c.created_at >= ${new Date(created_after)}`);
  if (created_before !== undefined) conditions.push(sql`c.created_at <= ${new Date(created_before)}`);
  if (updated_after !== undefined) conditions.push(sql`c.updated_at >= ${new Date(updated_after)}`);
  if (updated_before !== undefined) conditions.push(sql`c.updated_at <= ${new Date(updated_before)}`);
  for (const [path, value] of metadataFilters(query)) conditions.push(metadataText(path, String(value)));
  return conditions;
}

function metadataFilters(query: Partial<ListContexts>): [string, unknown][] {
  const flat = Object.entries(query).filter(([name]) => name.startsWith('metadata.'));
  return [
    ...flat.map(([name, value]): [string, unknown] => [name.slice('metadata.'.length), value]),
    ...Object.entries(query.metadata ?? {}),
  ];
}
