import { type Db, sql } from '@devmesh/store';
import type { Span } from './chunker.ts';
import { tagOf } from './document-frequencies.ts';
import { lexeme } from './pieces.ts';
import type { WantedTerm } from './query-plan.ts';

type Sql = ReturnType<typeof sql>;

/** A piece that has at least one of the terms. */
export interface Candidate {
  context_key: string;
  context_id: string;
  first_message: number;
  last_message: number;
  part: number;
  split: boolean;
  text: string;
  spans: Span[];
  speakers: string[];
  said_at: Date;
  /** Bit i: has `terms[i]`. */
  matched: number;
  score: number;
}

export interface RankQuery {
  organizationId: string;
  /** What a piece is scored by. */
  terms: readonly WantedTerm[];
  /** Of these it must have at least one. */
  essential: readonly WantedTerm[];
  /** Sum of IDF that it must reach. */
  leastScore: number;
  /** Over the context `c` and the piece `p`; the first says which contexts exist for the viewer. */
  conditions: readonly Sql[];
  limit: number;
}

export interface Ranked {
  /** Best first; equally good ones: the newest first. */
  candidates: Candidate[];
  /** Pieces that matched and stayed under `leastScore`. */
  below: number;
}

interface Row extends Omit<Candidate, 'spans' | 'speakers'> {
  spans: string;
  speakers: string;
  below: number;
}

/**
 * The keyword leg, one statement: OR over the terms through the text index, ordered by the sum of IDF of the matched terms. Text
 * and matched terms are fetched only for the rows that are returned.
 */
export async function rank(db: Db, query: RankQuery): Promise<Ranked> {
  const { rows } = await statement(query).execute(db);
  const candidates = rows.filter((row) => row.text !== null).map(candidateOf);
  return { candidates, below: rows[0]?.below ?? 0 };
}

function statement({ organizationId, terms, essential, leastScore, conditions, limit }: RankQuery) {
  const tag = tagOf(organizationId);
  const has = terms.map(({ term }) => sql`p.terms @@ ${lexeme(tag, term)}::tsquery`);
  const score = sql.join(
    has.map((one, bit) => sql`CASE WHEN ${one} THEN ${terms[bit]?.idf ?? 0}::float8 ELSE 0 END`),
    sql` + `,
  );
  const mask = sql.join(
    has.map((one, bit) => sql`CASE WHEN ${one} THEN ${sql.lit(1 << bit)} ELSE 0 END`),
    sql` + `,
  );
  const any = essential.map(({ term }) => lexeme(tag, term)).join(' | ');
  // The margin keeps rounding from dropping what covers exactly the share asked for.
  const least = leastScore - 1e-9;
  return sql<Row>`
    WITH matched AS MATERIALIZED (
      SELECT p.context_key, p.chunker, p.first_message, p.part, p.said_at, ${score} AS score
      FROM memory_pieces p JOIN memory_contexts c ON c.key = p.context_key
      WHERE p.organization_id = ${organizationId} AND p.terms @@ ${any}::tsquery AND ${sql.join(conditions, sql` AND `)}
    ), best AS (
      SELECT * FROM matched WHERE score >= ${least}
      ORDER BY score DESC, said_at DESC, context_key, first_message, part LIMIT ${limit}
    ), rest AS (
      SELECT count(*)::integer AS below FROM matched WHERE score < ${least}
    )
    SELECT best.context_key, c.id AS context_id, best.first_message, p.last_message, best.part, p.split, p.text, p.spans, p.speakers,
      best.said_at, ${mask} AS matched, best.score, rest.below
    FROM rest LEFT JOIN best ON true
      LEFT JOIN memory_pieces p USING (context_key, chunker, first_message, part) LEFT JOIN memory_contexts c ON c.key = best.context_key
    ORDER BY best.score DESC, best.said_at DESC, best.context_key, best.first_message, best.part
  `;
}

function candidateOf({ spans, speakers, below: _below, ...row }: Row): Candidate {
  return { ...row, spans: JSON.parse(spans) as Span[], speakers: JSON.parse(speakers) as string[] };
}
