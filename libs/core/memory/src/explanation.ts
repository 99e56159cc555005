import type { QueryPlan, WantedTerm } from './query-plan.ts';

/** Why a hit is there, in the facts that put it there (contracts §3). */
export interface Explanation {
  mode: 'keyword';
  vector_rank: null;
  keyword_rank: number;
  /** Reciprocal rank, 1 / (60 + rank): what this leg would give to a fusion. */
  rrf: number;
  cosine: null;
  similarity: number;
  /** As the asker wrote them, the rarest first. */
  matched_terms: string[];
  ann: null;
  sentence: string;
}

const RRF_K = 60;

export function explain(
  rank: number,
  similarity: number,
  matched: readonly WantedTerm[],
  plan: QueryPlan,
): Explanation {
  const names = [...new Set(matched.map(({ surface }) => surface))];
  return {
    mode: 'keyword',
    vector_rank: null,
    keyword_rank: rank,
    rrf: Math.round(1e6 / (RRF_K + rank)) / 1e6,
    cosine: null,
    similarity,
    matched_terms: names,
    ann: null,
    sentence: sentence(rank, matched, names, plan),
  };
}

function sentence(rank: number, matched: readonly WantedTerm[], names: readonly string[], plan: QueryPlan): string {
  const share = matched.reduce((sum, { idf }) => sum + idf, 0) / plan.totalIdf;
  return `Number ${rank} by keywords: has ${listed(names)}, which is ${Math.round(share * 100)} % of what the query asks for, by rarity.`;
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1) ?? ''}`;
}
