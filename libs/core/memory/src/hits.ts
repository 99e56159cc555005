import type { Span } from './chunker.ts';
import type { WantedTerm } from './query-plan.ts';
import type { Candidate } from './ranking.ts';
import { termsOf } from './terms.ts';

/** A passage that answers, cut so that no two of them show the same text. */
export interface Passage {
  candidate: Candidate;
  text: string;
  range: [number, number];
  /** Set where the passage is a part of one long message. */
  characters: [number, number] | undefined;
  terms: WantedTerm[];
  score: number;
}

/**
 * One hit per passage: neighbouring pieces share text, and a better piece has already shown what it shares with this one. What is
 * left of a piece stays a hit only if it has something of the query in itself.
 */
export function distinctPassages(
  candidates: readonly Candidate[],
  terms: readonly WantedTerm[],
  leastScore: number,
  limit: number,
): Passage[] {
  const shown = new Map<string, Span[]>();
  const passages: Passage[] = [];
  for (const candidate of candidates) {
    if (passages.length >= limit) break;
    const passage = passageOf(candidate, shown.get(candidate.context_key) ?? [], terms);
    if (!passage || passage.score < leastScore - 1e-9) continue;
    passages.push(passage);
    shown.set(candidate.context_key, [...(shown.get(candidate.context_key) ?? []), ...candidate.spans]);
  }
  // Cutting may have cost a passage a place.
  return passages.sort((a, b) => b.score - a.score);
}

function passageOf(candidate: Candidate, shown: readonly Span[], terms: readonly WantedTerm[]): Passage | undefined {
  const left = candidate.spans.flatMap((span) => remainder(span, shown));
  const untouched =
    left.length === candidate.spans.length && left.every((span, index) => span === candidate.spans[index]);
  if (untouched) return whole(candidate, terms);
  if (left.length === 0) return undefined;
  const text = left
    .map(({ at, from, to }) => candidate.text.slice(at, at + to - from))
    .join('\n\n')
    .trim();
  const own = termsOf(text);
  const matched = terms.filter(({ term }) => own.has(term));
  if (matched.length === 0) return undefined;
  return { candidate, text, ...placeOf(candidate, left), terms: matched, score: sumOf(matched) };
}

function whole(candidate: Candidate, terms: readonly WantedTerm[]): Passage {
  const matched = terms.filter((_term, bit) => (candidate.matched >> bit) & 1);
  const range: [number, number] = [candidate.first_message, candidate.last_message];
  return {
    candidate,
    text: candidate.text,
    range,
    characters: placeOf(candidate, candidate.spans).characters,
    terms: matched,
    score: sumOf(matched),
  };
}

function placeOf(candidate: Candidate, spans: readonly Span[]): Pick<Passage, 'range' | 'characters'> {
  const first = spans[0];
  const last = spans.at(-1);
  const range: [number, number] = [first?.message ?? candidate.first_message, last?.message ?? candidate.last_message];
  return { range, characters: candidate.split && first && last ? [first.from, last.to] : undefined };
}

/** What of a span no other has shown; the very same object where nothing was. */
function remainder(span: Span, shown: readonly Span[]): Span[] {
  let left = [span];
  for (const other of shown) {
    if (other.message === span.message) left = left.flatMap((each) => without(each, other));
  }
  return left;
}

function without(span: Span, other: Span): Span[] {
  if (other.to <= span.from || other.from >= span.to) return [span];
  const before = other.from > span.from ? [{ ...span, to: other.from }] : [];
  const after = other.to < span.to ? [{ ...span, from: other.to, at: span.at + other.to - span.from }] : [];
  return [...before, ...after];
}

function sumOf(terms: readonly WantedTerm[]): number {
  return terms.reduce((sum, { idf }) => sum + idf, 0);
}
