import type { Clock } from '@devmesh/runtime';
import { type DbOrTransaction, sql } from '@devmesh/store';
import { CONTEXT_COLUMNS, storable } from './context-row.ts';
import type { ContextRow } from './context-row.ts';
import { viewOf } from './context-view.ts';
import type { ContextView } from './context-view.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { ListMessages } from './inputs.ts';
import type { Message } from './message.ts';
import type { Parts } from './parts.ts';
import { contextNotFound, visible } from './viewer.ts';
import type { Viewer } from './viewer.ts';

export interface ReadOptions {
  include_content?: boolean | undefined;
}

/** A message in `GET …/messages`: its own fields, and where it stands. */
export type MessageView = Message & { sequence: number; source: string; created_at: string };

export interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
  has_more: boolean;
}

interface Reading {
  db: DbOrTransaction;
  clock: Clock;
}
type FullContext = ContextView & { content?: Message[] };

/** The context; with `include_content` all its messages in order, each as it was written, as `content`. Throws not_found. */
export async function getContext(
  reading: Reading,
  viewer: Viewer,
  id: string,
  options: ReadOptions,
): Promise<FullContext> {
  const context = await findContext(reading, viewer, id, options);
  if (!context) throw contextNotFound(id);
  return context;
}

/** One statement, so that metadata, messages and version belong together. */
export async function findContext(
  { db, clock }: Reading,
  viewer: Viewer,
  id: string,
  { include_content = false }: ReadOptions,
): Promise<FullContext | undefined> {
  const { rows } = await sql<ContextRow & { list: string | null; content: string | null }>`
    SELECT ${CONTEXT_COLUMNS},
      CASE WHEN c.list_count > 0 THEN (${joined(sql`AND m.source = 'metadata'`)}) END AS list,
      CASE WHEN ${include_content}::boolean THEN (${joined(sql``)}) END AS content
    FROM memory_contexts c WHERE c.id = ${storable(id)} AND ${visible(viewer, clock())}
  `.execute(db);
  const row = rows[0];
  if (!row) return undefined;
  const view = viewOf(row, parse(row.list));
  return include_content ? { ...view, content: parse(row.content) } : view;
}

/** Messages are JSON texts: joined by commas they are parsed in one go. */
function joined(condition: ReturnType<typeof sql>) {
  return sql`SELECT string_agg(m.original, ',' ORDER BY m.sequence) FROM memory_messages m WHERE m.context_key = c.key ${condition}`;
}

function parse(list: string | null): Message[] {
  return list === null ? [] : (JSON.parse(`[${list}]`) as Message[]);
}

/** All messages in order, whatever way they came. Throws not_found. */
export async function listMessages(
  { db, clock }: Parts,
  viewer: Viewer,
  id: string,
  { cursor, limit = 100 }: Partial<ListMessages>,
): Promise<Page<MessageView>> {
  const after = decodeCursor(cursor, 'number') ?? -1;
  const { rows } = await sql<{ sequence: number | null; source: string; original: string; created_at: Date }>`
    SELECT m.sequence, m.source, m.original, m.created_at
    FROM memory_contexts c LEFT JOIN memory_messages m ON m.context_key = c.key AND m.sequence > ${after}
    WHERE c.id = ${storable(id)} AND ${visible(viewer, clock())}
    ORDER BY m.sequence LIMIT ${limit + 1}
  `.execute(db);
  if (rows.length === 0) throw contextNotFound(id);
  const found = rows.flatMap(({ sequence, source, original, created_at }) =>
    sequence === null
      ? []
      : [{ ...(JSON.parse(original) as Message), sequence, source, created_at: created_at.toISOString() }],
  );
  const data = found.slice(0, limit);
  const last = data.at(-1);
  const hasMore = found.length > limit;
  return { data, next_cursor: hasMore && last ? encodeCursor(last.sequence) : null, has_more: hasMore };
}
