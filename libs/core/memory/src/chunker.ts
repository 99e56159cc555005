import { hashText } from './message.ts';
import { splitText } from './split-text.ts';

/** One message as the chunker sees it. */
export interface Utterance {
  sequence: number;
  role: string;
  text: string;
}

/** Which characters of a message stand at which place of a piece's text. */
export interface Span {
  message: number;
  from: number;
  to: number;
  at: number;
}

/** A passage: a contiguous range of messages, or a part of one message that is longer than a piece. */
export interface Piece {
  first: number;
  last: number;
  part: number;
  /** Part of one long message. Such pieces are final at once; a piece of whole messages is open until one no longer fits. */
  split: boolean;
  text: string;
  spans: Span[];
  speakers: string[];
  hash: string;
}

export interface Chunker {
  /** Names the rules; a piece belongs to the rules that made it. */
  version: string;
  /** Characters that a piece aims at. */
  size: number;
  /** What two neighbours share: up to this many messages, and up to this many characters of them. */
  overlapMessages: number;
  overlapCharacters: number;
  /** Characters that two parts of one long message share. */
  partOverlap: number;
}

export const CHUNKERS = {
  /** The default: best evidence found for what it costs. */
  '500': { version: '500.1', size: 500, overlapMessages: 1, overlapCharacters: 500, partOverlap: 0 },
  /** Longer passages, for models with room. */
  '1000/200': { version: '1000-200.1', size: 1000, overlapMessages: 10, overlapCharacters: 200, partOverlap: 200 },
} as const satisfies Record<string, Chunker>;
export type ChunkerName = keyof typeof CHUNKERS;

/** Bounds how far back a change can reach; see `resumePoint` in index-context.ts. */
export const MAX_MESSAGES_PER_PIECE = 40;
const GAP = '\n\n';

/**
 * Cuts messages into pieces. Where a piece ends depends only on its own messages and the next one, so cutting again from the
 * first message of any piece gives that piece and all later ones; an append can change no piece but the last.
 */
export function chunk(utterances: readonly Utterance[], chunker: Chunker): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  while (start < utterances.length) {
    const { made, next } = pieceAt(utterances, start, chunker);
    pieces.push(...made);
    start = next;
  }
  return pieces;
}

function pieceAt(all: readonly Utterance[], start: number, chunker: Chunker): { made: Piece[]; next: number } {
  const first = all[start];
  if (!first) return { made: [], next: all.length };
  if (lengthOf(first) > chunker.size) return { made: partsOf(first, chunker), next: start + 1 };
  const end = endOf(all, start, chunker.size);
  const group = all.slice(start, end).filter(({ text }) => text !== '');
  return {
    made: group.length > 0 ? [pieceOf(all.slice(start, end))] : [],
    next: overlapFrom(all, start, end, chunker),
  };
}

/** One past the last message that still fits. */
function endOf(all: readonly Utterance[], start: number, size: number): number {
  let length = 0;
  let end = start;
  for (; end < all.length && end - start < MAX_MESSAGES_PER_PIECE; end++) {
    const next = all[end];
    const added = next ? lengthOf(next) : 0;
    if (end > start && length + GAP.length + added > size) break;
    length += added + (end > start ? GAP.length : 0);
  }
  return end;
}

/** Where the next piece begins: some messages back, if they leave room for a new one. */
function overlapFrom(all: readonly Utterance[], start: number, end: number, chunker: Chunker): number {
  const next = all[end];
  if (!next || lengthOf(next) > chunker.size) return end;
  let from = end;
  let shared = 0;
  while (from - 1 > start && end - from < chunker.overlapMessages) {
    const candidate = all[from - 1];
    const longer = shared + (candidate ? lengthOf(candidate) + GAP.length : 0);
    if (longer > chunker.overlapCharacters || longer + lengthOf(next) > chunker.size) break;
    shared = longer;
    from--;
  }
  return from;
}

function pieceOf(group: readonly Utterance[]): Piece {
  const spans: Span[] = [];
  let text = '';
  for (const utterance of group) {
    if (utterance.text === '') continue;
    text += `${text === '' ? '' : GAP}${prefixOf(utterance)}`;
    spans.push({ message: utterance.sequence, from: 0, to: utterance.text.length, at: text.length });
    text += utterance.text;
  }
  const speakers = [...new Set(group.map(({ role }) => role))];
  const first = group[0]?.sequence ?? 0;
  const last = group.at(-1)?.sequence ?? first;
  return { first, last, part: 0, split: false, text, spans, speakers, hash: hashText(`${last}\n${text}`) };
}

function partsOf(utterance: Utterance, { size, partOverlap }: Chunker): Piece[] {
  const { sequence, role } = utterance;
  const prefix = prefixOf(utterance);
  const slices = splitText(utterance.text, size - Math.min(prefix.length, size >> 1), partOverlap);
  return slices.map(({ from, to }, part) => {
    const text = `${prefix}${utterance.text.slice(from, to)}`;
    const spans = [{ message: sequence, from, to, at: prefix.length }];
    return { first: sequence, last: sequence, part, split: true, text, spans, speakers: [role], hash: hashText(text) };
  });
}

function prefixOf({ role }: Utterance): string {
  return `${role.slice(0, 80)}: `;
}

function lengthOf(utterance: Utterance): number {
  return utterance.text === '' ? 0 : prefixOf(utterance).length + utterance.text.length;
}
