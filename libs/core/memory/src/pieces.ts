import { sql, type Transaction } from '@devmesh/store';
import type { Piece } from './chunker.ts';
import { ALL_PIECES, recordChanges, tagOf, TERMS_OF_PIECE } from './document-frequencies.ts';
import { termsOf } from './terms.ts';

export interface StoredPiece {
  first: number;
  part: number;
  hash: string;
}

/** What has to be done so that the stored pieces are the wanted ones. */
export interface PieceChanges {
  write: Piece[];
  remove: StoredPiece[];
}

/** Pieces that are the same on both sides are not touched. */
export function compare(wanted: readonly Piece[], stored: readonly StoredPiece[]): PieceChanges {
  const known = new Map(stored.map((piece) => [keyOf(piece), piece]));
  const write = wanted.filter((piece) => known.get(keyOf(piece))?.hash !== piece.hash);
  const kept = new Set(wanted.map(keyOf));
  return { write, remove: stored.filter((piece) => !kept.has(keyOf(piece))) };
}

export interface PieceOwner {
  organizationId: string;
  contextKey: string;
  chunker: string;
}

/** Writes and removes pieces, and notes what that changes in the document frequencies. */
export async function applyChanges(
  tx: Transaction,
  owner: PieceOwner,
  { write, remove }: PieceChanges,
  now: Date,
): Promise<void> {
  const terms = write.map((piece) => searchableTerms(piece));
  const changes = new Map<string, number>();
  for (const old of await oldTerms(tx, owner, [...write, ...remove])) count(changes, old, -1);
  for (const own of terms) count(changes, own, 1);
  if (remove.length > 0) await removePieces(tx, owner, remove);
  if (write.length > 0) await writePieces(tx, owner, write, terms, now);
  await recordChanges(tx, owner.organizationId, changes);
}

function count(changes: Map<string, number>, terms: Iterable<string>, change: number): void {
  for (const term of [ALL_PIECES, ...terms]) changes.set(term, (changes.get(term) ?? 0) + change);
}

function keyOf({ first, part }: { first: number; part: number }): string {
  return `${first}/${part}`;
}

// Who speaks is no subject, unless it is somebody with a name.
const PLAIN_ROLES: ReadonlySet<string> = new Set([
  'user',
  'assistant',
  'system',
  'tool',
  'developer',
  'function',
  'human',
  'ai',
]);

function searchableTerms({ text, spans, speakers }: Piece): Set<string> {
  const said = spans.map(({ at, from, to }) => text.slice(at, at + to - from));
  return termsOf([...said, ...speakers.filter((role) => !PLAIN_ROLES.has(role))].join('\n'));
}

async function oldTerms(
  tx: Transaction,
  owner: PieceOwner,
  pieces: readonly { first: number; part: number }[],
): Promise<string[][]> {
  if (pieces.length === 0) return [];
  const { rows } = await sql<{ terms: string[] }>`
    SELECT coalesce((SELECT json_agg(t.term) FROM (${TERMS_OF_PIECE}) t), '[]'::json) AS terms FROM memory_pieces p WHERE ${named(owner, pieces)}
  `.execute(tx);
  return rows.map(({ terms }) => terms);
}

async function removePieces(tx: Transaction, owner: PieceOwner, pieces: readonly StoredPiece[]): Promise<void> {
  await sql`DELETE FROM memory_pieces WHERE ${named(owner, pieces)}`.execute(tx);
}

function named({ contextKey, chunker }: PieceOwner, pieces: readonly { first: number; part: number }[]) {
  const keys = JSON.stringify(pieces.map(({ first, part }) => ({ first, part })));
  return sql`context_key = ${contextKey} AND chunker = ${chunker}
    AND (first_message, part) IN (SELECT k.first, k.part FROM json_to_recordset(${keys}::json) AS k(first integer, part integer))`;
}

async function writePieces(
  tx: Transaction,
  owner: PieceOwner,
  pieces: readonly Piece[],
  terms: readonly Set<string>[],
  now: Date,
): Promise<void> {
  const { organizationId, contextKey, chunker } = owner;
  const tag = tagOf(organizationId);
  const rows = pieces.map(({ spans, speakers, ...piece }, index) => ({
    ...piece,
    spans: JSON.stringify(spans),
    speakers: JSON.stringify(speakers),
    terms: [...(terms[index] ?? [])].map((term) => lexeme(tag, term)).join(' '),
  }));
  await sql`
    INSERT INTO memory_pieces (context_key, organization_id, chunker, first_message, part, last_message, split, text, spans, speakers,
      terms, hash, said_at, indexed_at)
    SELECT ${contextKey}, ${organizationId}, ${chunker}, r.first, r.part, r.last, r.split, r.text, r.spans, r.speakers, r.terms::tsvector,
      r.hash, coalesce((SELECT m.created_at FROM memory_messages m WHERE m.context_key = ${contextKey} AND m.sequence = r.last), ${now}), ${now}
    FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS r(first integer, part integer, last integer, split boolean, text text, spans text, speakers text, terms text, hash text)
    ON CONFLICT (context_key, chunker, first_message, part) DO UPDATE SET
      last_message = EXCLUDED.last_message, split = EXCLUDED.split, text = EXCLUDED.text, spans = EXCLUDED.spans,
      speakers = EXCLUDED.speakers, terms = EXCLUDED.terms, hash = EXCLUDED.hash, said_at = EXCLUDED.said_at, indexed_at = EXCLUDED.indexed_at
  `.execute(tx);
}

/** A quoted lexeme, for tsvector and tsquery alike. */
export function lexeme(tag: string, term: string): string {
  return `'${(tag + term).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
