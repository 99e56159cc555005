import { type Db, sql } from '@devmesh/store';
import { ALL_PIECES } from './document-frequencies.ts';
import { tokenize } from './terms.ts';
import type { Token } from './terms.ts';

/** A word of the query that is looked for. */
export interface WantedTerm {
  term: string;
  /** Pieces of the organisation that have it. */
  frequency: number;
  /** As the asker wrote it. */
  surface: string;
  idf: number;
}

export interface QueryPlan {
  /** The rarest first. */
  terms: WantedTerm[];
  /** IDF of all that the query asks for: what a share is a share of. */
  totalIdf: number;
  /** Words, as written, that no piece of the organisation has. */
  missing: string[];
  /** Pieces of the organisation. */
  pieces: number;
  /** Whether the query has any word besides stop words. */
  hasWords: boolean;
}

/** More would be noise: what is common says little beside what is rare. */
const RAREST = 6;
const MAX_TOKENS = 400;
const MANY_PIECES = 3_000;

/** Reads the query against the organisation's document frequencies. */
export async function planQuery(db: Db, organizationId: string, query: string): Promise<QueryPlan> {
  const tokens = distinct(tokenize(query)).slice(0, MAX_TOKENS);
  const counts = await countsOf(db, organizationId, tokens);
  const pieces = counts.get(ALL_PIECES) ?? 0;
  const terms = rarest(tokens, counts, pieces);
  const missing = tokens.filter((token) => broadest(token, counts) === undefined);
  return {
    terms,
    totalIdf: terms.reduce((sum, term) => sum + term.idf, 0) + unknownIdf(missing, pieces),
    missing: missing.map(({ surface }) => surface.slice(0, 80)),
    pieces,
    hasWords: tokens.length > 0,
  };
}

function distinct(tokens: readonly Token[]): Token[] {
  return [...new Map(tokens.map((token) => [token.whole.join(' '), token])).values()];
}

/**
 * What is looked for. The words of an identifier that is known as a whole come last: they say nothing that it does not say, and
 * must not crowd out the rest of the question.
 */
function rarest(tokens: readonly Token[], counts: Counts, pieces: number): WantedTerm[] {
  const chosen = new Map<string, WantedTerm>();
  const take = (candidates: Map<string, string>) => {
    const known = [...candidates].flatMap(([term, surface]) => {
      const frequency = counts.get(term) ?? 0;
      return frequency > 0 && !chosen.has(term)
        ? [{ term, frequency, surface: surface.slice(0, 80), idf: idf(pieces, frequency) }]
        : [];
    });
    for (const one of known.sort(byRarity).slice(0, RAREST - chosen.size)) chosen.set(one.term, one);
  };
  const known = tokens.filter((token) => broadest(token, counts) !== undefined);
  const unknown = tokens.filter((token) => !known.includes(token));
  take(
    new Map([...known.map((token) => [broadest(token, counts) ?? '', token.surface] as const), ...partsOf(unknown)]),
  );
  take(new Map(partsOf(known)));
  return [...chosen.values()].sort(byRarity);
}

function byRarity(a: WantedTerm, b: WantedTerm): number {
  return b.idf - a.idf || b.term.length - a.term.length || (a.term < b.term ? -1 : 1);
}

function partsOf(tokens: readonly Token[]): (readonly [string, string])[] {
  return tokens.flatMap(({ parts }) => parts.map((part) => [part, part] as const));
}

/** Of the spellings of one thing (`v1.4.2` and `1.4.2`, a SHA and its short form) the one that finds them all. */
function broadest({ whole }: Token, counts: Counts): string | undefined {
  const known = whole.filter((term) => (counts.get(term) ?? 0) > 0);
  return known.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))[0];
}

/**
 * A word found nowhere is left out of the share, or no natural question would pass a threshold. An identifier found nowhere is
 * not: what has only some of its words is about something else, and must not read as a full match.
 */
function unknownIdf(missing: readonly Token[], pieces: number): number {
  const unknown = new Set(missing.filter(({ identifier }) => identifier).map(({ surface }) => surface.toLowerCase()));
  return unknown.size * idf(pieces, 0);
}

/**
 * The rarest terms that few enough pieces have. What has none of them is looked at only where the rest could still matter: its
 * terms together are worth no more than `restIdf`.
 */
export function essentialTerms(
  terms: readonly WantedTerm[],
  most = MANY_PIECES,
): { essential: WantedTerm[]; restIdf: number } {
  let pieces = 0;
  const essential = terms.filter(({ frequency }, index) => (pieces += frequency) <= most || index === 0);
  const restIdf = terms.slice(essential.length).reduce((sum, { idf }) => sum + idf, 0);
  return { essential, restIdf };
}

type Counts = ReadonlyMap<string, number>;

async function countsOf(db: Db, organizationId: string, tokens: readonly Token[]): Promise<Counts> {
  const terms = [...new Set([ALL_PIECES, ...tokens.flatMap(({ whole, parts }) => [...whole, ...parts])])];
  const { rows } = await sql<{ term: string; pieces: number }>`
    SELECT term, pieces FROM memory_terms WHERE organization_id = ${organizationId} AND term IN (${sql.join(terms)})
  `.execute(db);
  return new Map(rows.map(({ term, pieces }) => [term, pieces]));
}

/** As in BM25: never negative, so that a word in most pieces still counts for a little. */
function idf(pieces: number, frequency: number): number {
  return Math.log(1 + (pieces - Math.min(frequency, pieces) + 0.5) / (frequency + 0.5));
}
