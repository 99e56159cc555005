import { AppError, newId } from '@devmesh/contracts';
import { sql } from '@devmesh/store';
import { bytesOf, rowsOf } from './append-messages.ts';
import { CONTEXT_COLUMNS, storable } from './context-row.ts';
import type { ContextRow } from './context-row.ts';
import { viewOf } from './context-view.ts';
import type { ContextView } from './context-view.ts';
import { removeContext } from './delete-context.ts';
import { expiryOf } from './expiry.ts';
import type { Content, CreateContext } from './inputs.ts';
import { encodeMessage, extendChain, toMessage } from './message.ts';
import type { EncodedMessage, Message } from './message.ts';
import { splitMetadata } from './metadata.ts';
import type { Parts } from './parts.ts';
import { findContext } from './read-context.ts';
import { contextTooLarge } from './size-limit.ts';
import { ownUserId } from './viewer.ts';
import type { Viewer } from './viewer.ts';

export interface Created {
  context: ContextView;
  /** False: the id was there already with the same `user_id`, and nothing was changed. */
  created: boolean;
}

/**
 * Makes a context. The same id again with the same `user_id` gives the existing one unchanged.
 * Throws conflict (another user's id), forbidden (a bound key naming another user), invalid_input (413 over the size limit).
 */
export async function createContext(parts: Parts, viewer: Viewer, input: CreateContext): Promise<Created> {
  const now = parts.clock();
  const id = input.id === undefined ? newId('ctx', now) : storable(input.id);
  const userId = ownUserId(viewer, input.user_id);
  for (let attempt = 0; attempt < 5; attempt++) {
    const made = await insert(parts, viewer, { ...input, id }, userId, now);
    if (made) {
      if (made.row.message_count > 0) parts.wake(viewer.organizationId, id);
      parts.changed(viewer.organizationId, id, 'created');
      return { context: viewOf(made.row, made.list), created: true };
    }
    const existing = await standing(parts, viewer, id, userId, now);
    if (existing) return { context: existing, created: false };
  }
  throw new AppError('conflict', `The context "${id}" is being made and removed by others at this moment.`, {
    retryable: true,
  });
}

/** Undefined where the id is taken. One statement, so that nobody sees half a context. */
async function insert(parts: Parts, viewer: Viewer, input: CreateContext, userId: string | null, now: Date) {
  const { organizationId } = viewer;
  const metadata = splitMetadata(input.metadata ?? {});
  const content = contentMessages(input.content).map(encodeMessage);
  const list = (metadata.list ?? []).map(encodeMessage);
  const messages = [...content, ...list];
  const bytes = metadata.bytes + bytesOf(messages);
  if (bytes > parts.maxContextBytes) throw contextTooLarge(parts.maxContextBytes, 0, bytes);
  const { rows } = await sql<ContextRow>`
    WITH made AS (
      INSERT INTO memory_contexts AS c (key, organization_id, id, user_id, agent_id, model_id, session_id, name, metadata, facts,
        list_count, list_chain, message_count, size_bytes, max_tokens, created_at, updated_at, expires_at)
      VALUES (${newId('mem', now)}, ${organizationId}, ${input.id}, ${userId}, ${input.agent_id ?? null}, ${input.model_id ?? null},
        ${input.session_id ?? null}, ${input.name ?? null}, ${metadata.text}, ${metadata.facts},
        ${metadata.list ? list.length : null}, ${metadata.list ? chainOver(list) : null}, ${messages.length}, ${bytes},
        ${input.max_tokens ?? null}, ${now}, ${now}, ${expiryOf(input, now) ?? null})
      ON CONFLICT (organization_id, id) DO NOTHING
      RETURNING ${CONTEXT_COLUMNS}
    ), said AS (
      INSERT INTO memory_messages (context_key, organization_id, sequence, source, original, hash, created_at)
      SELECT made.key, ${organizationId}, m.at, CASE WHEN m.at < ${content.length} THEN 'content' ELSE 'metadata' END, m.original, m.hash, ${now}
      FROM made, json_to_recordset(${rowsOf(messages)}::json) AS m(at integer, original text, hash text)
    ), told AS (
      INSERT INTO memory_outbox (id, organization_id, context_key, from_message, created_at)
      SELECT ${newId('out', now)}, ${organizationId}, made.key, 0, ${now} FROM made WHERE ${messages.length} > 0
    )
    SELECT * FROM made
  `.execute(parts.db);
  return rows[0] && { row: rows[0], list: metadata.list };
}

/**
 * The context that has this id, where it is the asker's own; undefined where it is gone by now. An expired one that no sweep has
 * met yet is cleared away.
 */
async function standing(
  parts: Parts,
  viewer: Viewer,
  id: string,
  userId: string | null,
  now: Date,
): Promise<ContextView | undefined> {
  const { rows } = await sql<{ key: string; user_id: string | null; expired: boolean }>`
    SELECT key, user_id, coalesce(expires_at <= ${now}, false) AS expired FROM memory_contexts
    WHERE organization_id = ${viewer.organizationId} AND id = ${id}
  `.execute(parts.db);
  const existing = rows[0];
  if (existing?.expired) await removeContext(parts, viewer.organizationId, existing.key);
  if (!existing || existing.expired) return undefined;
  if (existing.user_id === userId) return findContext(parts, viewer, id, {});
  throw new AppError('conflict', `The context id "${id}" is taken by another user_id.`, {
    suggestion: 'Choose another id, or leave it out and one is made.',
  });
}

export function contentMessages(content: Content | undefined): Message[] {
  if (content === undefined) return [];
  return Array.isArray(content) ? content.map(toMessage) : [toMessage(content)];
}

export function chainOver(messages: readonly EncodedMessage[]): string {
  return messages.reduce((chain, { hash }) => extendChain(chain, hash), '');
}
