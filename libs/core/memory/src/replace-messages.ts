import { sql, type Transaction } from '@devmesh/store';
import { rowsOf } from './append-messages.ts';
import type { ContextRow } from './context-row.ts';
import { countRemoved } from './document-frequencies.ts';
import type { EncodedMessage, MessageSource } from './message.ts';

/** What a change of messages did to the context. */
export interface MessageChange {
  /** The first sequence number at which something changed; undefined where nothing did. */
  from: number | undefined;
  messageCount: number;
  /** Bytes gained; negative where messages went away. */
  bytes: number;
}

/** Adds messages at the end. The caller holds the lock of the context's row. */
export async function addMessages(
  tx: Transaction,
  row: Pick<ContextRow, 'key' | 'message_count'> & { organization_id: string },
  source: MessageSource,
  messages: readonly EncodedMessage[],
  now: Date,
): Promise<MessageChange> {
  const from = row.message_count;
  if (messages.length === 0) return { from: undefined, messageCount: from, bytes: 0 };
  await sql`
    INSERT INTO memory_messages (context_key, organization_id, sequence, source, original, hash, created_at)
    SELECT ${row.key}, ${row.organization_id}, ${from}::integer + m.at, ${source}, m.original, m.hash, ${now}
    FROM json_to_recordset(${rowsOf(messages)}::json) AS m(at integer, original text, hash text)
  `.execute(tx);
  return { from, messageCount: from + messages.length, bytes: messages.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/**
 * Makes the messages of some sources equal to a list. What both begin with stays where it is; the rest of the old ones goes,
 * with every piece that shows one of them, before anybody can search again; the rest of the new ones comes at the end.
 */
export async function replaceMessages(
  tx: Transaction,
  row: Pick<ContextRow, 'key' | 'message_count'> & { organization_id: string },
  sources: readonly [MessageSource, ...MessageSource[]],
  messages: readonly EncodedMessage[],
  now: Date,
): Promise<MessageChange> {
  const old = await oldMessages(tx, row.key, sources);
  const kept = commonStart(old, messages);
  const firstGone = old[kept];
  const added = messages.slice(kept);
  if (!firstGone) return addMessages(tx, row, sources[0], added, now);
  await lockPieces(tx, row.key);
  const from = firstGone.sequence;
  const gone = await removeFrom(tx, row.key, sources, from);
  await renumber(tx, row.key, from);
  await removePieces(tx, row.organization_id, row.key, from);
  const left = { ...row, message_count: row.message_count - gone.count };
  const { messageCount, bytes } = await addMessages(tx, left, sources[0], added, now);
  return { from, messageCount, bytes: bytes - gone.bytes };
}

/** One at a time may cut a context's messages into pieces or take them away. Held until the transaction ends. */
export async function lockPieces(tx: Transaction, key: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`memory_pieces ${key}`}, 5))`.execute(tx);
}

type OldMessage = Pick<EncodedMessage, 'hash'> & { sequence: number };

async function oldMessages(tx: Transaction, key: string, sources: readonly MessageSource[]): Promise<OldMessage[]> {
  const { rows } = await sql<OldMessage>`
    SELECT sequence, hash FROM memory_messages WHERE context_key = ${key} AND source IN (${sql.join(sources)}) ORDER BY sequence
  `.execute(tx);
  return rows;
}

function commonStart(old: readonly OldMessage[], messages: readonly EncodedMessage[]): number {
  const differs = old.findIndex(({ hash }, index) => hash !== messages[index]?.hash);
  return differs === -1 ? old.length : differs;
}

async function removeFrom(tx: Transaction, key: string, sources: readonly MessageSource[], from: number) {
  const { rows } = await sql<{ count: number; bytes: number }>`
    WITH gone AS (
      DELETE FROM memory_messages WHERE context_key = ${key} AND sequence >= ${from} AND source IN (${sql.join(sources)})
      RETURNING octet_length(original) AS bytes
    )
    SELECT count(*)::integer AS count, coalesce(sum(bytes), 0)::integer AS bytes FROM gone
  `.execute(tx);
  return rows[0] ?? { count: 0, bytes: 0 };
}

/** Closes the gaps. Twice, through negative numbers: the key must not be taken twice at any moment. */
async function renumber(tx: Transaction, key: string, from: number): Promise<void> {
  const moved = await sql`
    UPDATE memory_messages m SET sequence = -n.place
    FROM (SELECT sequence, ${from}::integer + row_number() OVER (ORDER BY sequence) AS place
          FROM memory_messages WHERE context_key = ${key} AND sequence >= ${from}) n
    WHERE m.context_key = ${key} AND m.sequence = n.sequence
  `.execute(tx);
  if (moved.numAffectedRows === 0n) return;
  await sql`UPDATE memory_messages SET sequence = -sequence - 1 WHERE context_key = ${key} AND sequence < 0`.execute(
    tx,
  );
}

async function removePieces(tx: Transaction, organizationId: string, key: string, from: number): Promise<void> {
  const stale = sql`context_key = ${key} AND last_message >= ${from}`;
  await countRemoved(tx, organizationId, stale);
  await sql`DELETE FROM memory_pieces WHERE ${stale}`.execute(tx);
}
