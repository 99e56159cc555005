import { newId } from '@devmesh/contracts';
import type { AppError } from '@devmesh/contracts';
import { sql } from '@devmesh/store';
import { storable } from './context-row.ts';
import type { AppendMessages } from './inputs.ts';
import { encodeMessage, isMessage, toMessage } from './message.ts';
import type { EncodedMessage, Message } from './message.ts';
import type { Parts } from './parts.ts';
import { contextTooLarge } from './size-limit.ts';
import { contextNotFound, visible } from './viewer.ts';
import type { Viewer } from './viewer.ts';

export interface Appended {
  context_id: string;
  appended: number;
  /** Of the first and the last one appended; they count from 0 without gaps. */
  first_sequence: number;
  last_sequence: number;
  message_count: number;
  version: number;
}

/**
 * Adds messages at the end, all or none. One statement: the row of the context is the lock that gives every writer its own
 * sequence numbers, and message and outbox row commit together. Throws not_found, invalid_input (413 over the size limit).
 */
export async function appendMessages(
  parts: Parts,
  viewer: Viewer,
  id: string,
  input: AppendMessages,
): Promise<Appended> {
  const messages = messagesOf(input).map(encodeMessage);
  const now = parts.clock();
  for (let attempt = 0; ; attempt++) {
    const grown = await insert(parts, viewer, id, messages, now);
    if (!grown) {
      const reason = await whyNot(parts, viewer, id, bytesOf(messages), now);
      // Neither: it was made between the two looks.
      if (!reason && attempt < 3) continue;
      throw reason ?? contextNotFound(id);
    }
    parts.wake(viewer.organizationId, id);
    parts.changed(viewer.organizationId, id, 'updated');
    return appended(id, messages.length, grown);
  }
}

interface Grown {
  first: number;
  message_count: number;
  version: number;
}

function appended(id: string, count: number, { first, message_count, version }: Grown): Appended {
  return {
    context_id: id,
    appended: count,
    first_sequence: first,
    last_sequence: message_count - 1,
    message_count,
    version,
  };
}

async function insert(
  parts: Parts,
  viewer: Viewer,
  id: string,
  messages: readonly EncodedMessage[],
  now: Date,
): Promise<Grown | undefined> {
  const bytes = bytesOf(messages);
  const { rows } = await sql<Grown>`
    WITH grown AS (
      UPDATE memory_contexts c
      SET message_count = c.message_count + ${messages.length}, size_bytes = c.size_bytes + ${bytes}, version = c.version + 1, updated_at = ${now}
      WHERE c.id = ${storable(id)} AND ${visible(viewer, now)} AND c.size_bytes + ${bytes} <= ${parts.maxContextBytes}
      RETURNING c.key, c.message_count - ${messages.length} AS first, c.message_count, c.version
    ), said AS (
      INSERT INTO memory_messages (context_key, organization_id, sequence, source, original, hash, created_at)
      SELECT grown.key, ${viewer.organizationId}, grown.first + m.at, 'append', m.original, m.hash, ${now}
      FROM grown, json_to_recordset(${rowsOf(messages)}::json) AS m(at integer, original text, hash text)
    ), told AS (
      INSERT INTO memory_outbox (id, organization_id, context_key, from_message, created_at)
      SELECT ${newId('out', now)}, ${viewer.organizationId}, grown.key, grown.first, ${now} FROM grown
    )
    SELECT first, message_count, version FROM grown
  `.execute(parts.db);
  return rows[0];
}

/** For `json_to_recordset(… AS m(at integer, original text, hash text))`: one parameter, however many messages. */
export function rowsOf(messages: readonly EncodedMessage[]): string {
  return JSON.stringify(messages.map(({ original, hash }, at) => ({ at, original, hash })));
}

export function bytesOf(messages: readonly EncodedMessage[]): number {
  return messages.reduce((sum, { bytes }) => sum + bytes, 0);
}

function messagesOf(input: AppendMessages): Message[] {
  if (typeof input === 'string') return [toMessage(input)];
  if (Array.isArray(input)) return input.map(toMessage);
  const { messages } = input;
  if (Array.isArray(messages) && !isMessage(input)) return (messages as (string | Message)[]).map(toMessage);
  return [input];
}

async function whyNot(
  { db, maxContextBytes }: Parts,
  viewer: Viewer,
  id: string,
  bytes: number,
  now: Date,
): Promise<AppError | undefined> {
  const { rows } = await sql<{ size_bytes: number }>`
    SELECT c.size_bytes FROM memory_contexts c WHERE c.id = ${storable(id)} AND ${visible(viewer, now)}
  `.execute(db);
  const size = rows[0]?.size_bytes;
  if (size === undefined) return contextNotFound(id);
  return size + bytes > maxContextBytes ? contextTooLarge(maxContextBytes, size, bytes) : undefined;
}
