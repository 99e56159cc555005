import { inTransaction, sql, type Transaction } from '@devmesh/store';
import { chunk, MAX_MESSAGES_PER_PIECE } from './chunker.ts';
import type { Chunker, Piece, Utterance } from './chunker.ts';
import { storable } from './context-row.ts';
import { countRemoved, foldOrLater } from './document-frequencies.ts';
import { roleOf, textOf } from './message.ts';
import type { Message } from './message.ts';
import type { Parts } from './parts.ts';
import { applyChanges, compare } from './pieces.ts';
import type { PieceOwner, StoredPiece } from './pieces.ts';
import { lockPieces } from './replace-messages.ts';

/** What indexing has cost. */
export interface Indexed {
  written: number;
  removed: number;
}

/** A step is one short transaction: embedded, everybody else waits for it. */
const STEP = {
  messages: 1000,
  characters: 400_000,
  /** However long they are: a window must hold several pieces, or the last and open one would be all there is. */
  leastMessages: 5 * MAX_MESSAGES_PER_PIECE,
  pieces: 500,
};

/**
 * The job `context.index`: cuts what is new in a context into pieces and makes them searchable. Looks only at the messages from
 * the last open piece on; a context without outbox rows costs two reads. Safe to run at any time, twice, and by several at once.
 */
export async function indexContext(
  parts: Parts,
  organizationId: string,
  contextId: string,
  signal?: AbortSignal,
): Promise<Indexed> {
  const total: Indexed = { written: 0, removed: 0 };
  const key = await keyOf(parts, organizationId, contextId);
  if (key === undefined) return total;
  const owner = { organizationId, contextKey: key, chunker: parts.chunker(organizationId).version };
  for (let more = true; more && signal?.aborted !== true;) {
    const step = await inTransaction(parts.db, (tx) => indexStep(parts, tx, owner));
    total.written += step.written;
    total.removed += step.removed;
    more = step.more;
  }
  if (total.written + total.removed > 0) {
    await foldOrLater(parts, organizationId);
    parts.changed(organizationId, contextId, 'indexed');
  }
  return total;
}

/** Compares every piece of a context with its messages and mends what differs; an unchanged context is not written to. */
export async function reindexContext(parts: Parts, organizationId: string, contextId: string): Promise<Indexed> {
  const now = parts.clock();
  await sql`
    INSERT INTO memory_outbox (id, organization_id, context_key, from_message, created_at)
    SELECT 'out_' || gen_random_uuid(), organization_id, key, 0, ${now} FROM memory_contexts
    WHERE organization_id = ${organizationId} AND id = ${storable(contextId)}
  `.execute(parts.db);
  return indexContext(parts, organizationId, contextId);
}

async function keyOf({ db }: Parts, organizationId: string, contextId: string): Promise<string | undefined> {
  const { rows } = await sql<{ key: string }>`
    SELECT key FROM memory_contexts WHERE organization_id = ${organizationId} AND id = ${storable(contextId)}
  `.execute(db);
  return rows[0]?.key;
}

type Step = Indexed & { more: boolean };
const NOTHING: Step = { written: 0, removed: 0, more: false };

async function indexStep(parts: Parts, tx: Transaction, owner: PieceOwner): Promise<Step> {
  await lockPieces(tx, owner.contextKey);
  if (!(await stays(tx, owner.contextKey))) return NOTHING;
  const waiting = await outboxOf(tx, owner.contextKey);
  if (!waiting) return NOTHING;
  const chunker = parts.chunker(owner.organizationId);
  const other = await removeOtherVersions(tx, owner);
  const start = other > 0 ? 0 : await resumePoint(tx, owner, waiting.from);
  const window = await readWindow(tx, owner.contextKey, start);
  const { pieces, next } = chunkWindow(window, chunker);
  const changes = compare(pieces, await storedBetween(tx, owner, start, next));
  const now = { write: changes.write.slice(0, STEP.pieces), remove: changes.remove };
  await applyChanges(tx, owner, now, parts.clock());
  const unwritten = changes.write.length > now.write.length;
  if (!unwritten) await moveOutbox(tx, waiting.ids, next);
  return { written: now.write.length, removed: now.remove.length + other, more: unwritten || next !== undefined };
}

/** Holds off a deletion, but no writer, until the transaction ends. */
async function stays(tx: Transaction, key: string): Promise<boolean> {
  const { rows } = await sql`SELECT key FROM memory_contexts WHERE key = ${key} FOR KEY SHARE`.execute(tx);
  return rows.length > 0;
}

async function outboxOf(tx: Transaction, key: string): Promise<{ ids: string[]; from: number } | undefined> {
  const { rows } = await sql<{ id: string; from_message: number }>`
    SELECT id, from_message FROM memory_outbox WHERE context_key = ${key}
  `.execute(tx);
  if (rows.length === 0) return undefined;
  return { ids: rows.map(({ id }) => id), from: Math.min(...rows.map(({ from_message }) => from_message)) };
}

/** What was done is forgotten; what is left to do (from `next` on) stays noted. */
async function moveOutbox(tx: Transaction, ids: readonly string[], next: number | undefined): Promise<void> {
  const [first, ...others] = ids;
  const done = next === undefined ? ids : others;
  if (done.length > 0)
    await sql`DELETE FROM memory_outbox WHERE id IN (SELECT json_array_elements_text(${JSON.stringify(done)}::json))`.execute(
      tx,
    );
  if (next !== undefined && first !== undefined)
    await sql`UPDATE memory_outbox SET from_message = ${next} WHERE id = ${first}`.execute(tx);
}

/** The organisation has changed to other rules: pieces of two kinds would find everything twice. */
async function removeOtherVersions(tx: Transaction, owner: PieceOwner): Promise<number> {
  const others = sql`context_key = ${owner.contextKey} AND chunker <> ${owner.chunker}`;
  const { rows } = await sql`SELECT 1 FROM memory_pieces WHERE ${others} LIMIT 1`.execute(tx);
  if (rows.length === 0) return 0;
  await countRemoved(tx, owner.organizationId, others);
  const removed = await sql`DELETE FROM memory_pieces WHERE ${others}`.execute(tx);
  return Number(removed.numAffectedRows ?? 0n);
}

/**
 * Where to begin cutting when message `from` is the first that changed: with the first piece that shows it or the message before
 * it, for that piece's end was decided by looking at `from`. Parts of a long message look at nothing but that message.
 */
async function resumePoint(tx: Transaction, { contextKey, chunker }: PieceOwner, from: number): Promise<number> {
  const { rows } = await sql<{ first_message: number; last_message: number; split: boolean }>`
    (SELECT 1 AS choice, first_message, last_message, split FROM memory_pieces
     WHERE context_key = ${contextKey} AND chunker = ${chunker} AND last_message >= ${from}::integer - 1
       AND first_message BETWEEN ${from}::integer - ${MAX_MESSAGES_PER_PIECE}::integer AND ${from}::integer
     ORDER BY first_message, part LIMIT 1)
    UNION ALL
    (SELECT 2, first_message, last_message, split FROM memory_pieces
     WHERE context_key = ${contextKey} AND chunker = ${chunker} AND first_message < ${from}
     ORDER BY first_message DESC, part DESC LIMIT 1)
    ORDER BY choice
  `.execute(tx);
  const piece = rows[0];
  if (!piece) return 0;
  return piece.split && piece.last_message === from - 1 ? from : piece.first_message;
}

interface Window {
  utterances: Utterance[];
  /** Whether the context ends here. */
  complete: boolean;
}

async function readWindow(tx: Transaction, key: string, start: number): Promise<Window> {
  const { rows } = await sql<{ sequence: number; original: string; last: number }>`
    SELECT sequence, original, (SELECT max(sequence) FROM memory_messages WHERE context_key = ${key}) AS last
    FROM (
      SELECT sequence, original, sum(length(original)) OVER (ORDER BY sequence) - length(original) AS before
      FROM (SELECT sequence, original FROM memory_messages WHERE context_key = ${key} AND sequence >= ${start}
            ORDER BY sequence LIMIT ${STEP.messages}) few
    ) m
    WHERE before < ${STEP.characters} OR sequence < ${start}::integer + ${STEP.leastMessages}::integer
    ORDER BY sequence
  `.execute(tx);
  const utterances = rows.map(({ sequence, original }) => utteranceOf(sequence, original));
  const end = rows.at(-1);
  return { utterances, complete: end === undefined || end.sequence >= end.last };
}

function utteranceOf(sequence: number, original: string): Utterance {
  const message = JSON.parse(original) as Message;
  return { sequence, role: roleOf(message), text: textOf(message) };
}

/** `next`: the message to go on with, where the window does not reach to the end; the piece that is open there is left for then. */
function chunkWindow({ utterances, complete }: Window, chunker: Chunker): { pieces: Piece[]; next?: number } {
  const pieces = chunk(utterances, chunker);
  if (complete) return { pieces };
  const last = pieces.at(-1);
  if (last && !last.split) return { pieces: pieces.slice(0, -1), next: last.first };
  return { pieces, next: (utterances.at(-1)?.sequence ?? 0) + 1 };
}

async function storedBetween(
  tx: Transaction,
  { contextKey, chunker }: PieceOwner,
  start: number,
  end: number | undefined,
): Promise<StoredPiece[]> {
  const within = end === undefined ? sql`` : sql`AND first_message < ${end}`;
  const { rows } = await sql<StoredPiece>`
    SELECT first_message AS first, part, hash FROM memory_pieces
    WHERE context_key = ${contextKey} AND chunker = ${chunker} AND first_message >= ${start} ${within}
  `.execute(tx);
  return rows;
}
