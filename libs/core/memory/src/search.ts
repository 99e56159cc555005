import { AppError } from '@devmesh/contracts';
import type { HistogramMetric } from '@devmesh/runtime';
import { sql } from '@devmesh/store';
import type { z } from 'zod';
import { CONTEXT_COLUMNS, storable } from './context-row.ts';
import type { ContextRow } from './context-row.ts';
import { summaryOf } from './context-view.ts';
import type { ContextView } from './context-view.ts';
import { explain } from './explanation.ts';
import type { Explanation } from './explanation.ts';
import { filterConditions } from './filters.ts';
import { distinctPassages } from './hits.ts';
import type { Passage } from './hits.ts';
import type { Search, SearchContext, SearchMode } from './inputs.ts';
import type { Parts } from './parts.ts';
import { essentialTerms, planQuery } from './query-plan.ts';
import type { QueryPlan } from './query-plan.ts';
import { rank } from './ranking.ts';
import type { Ranked, RankQuery } from './ranking.ts';
import { notesOn } from './search-notes.ts';
import { shareOfSimilarity, similarityOfShare } from './similarity.ts';
import { contextNotFound, visible } from './viewer.ts';
import type { Viewer } from './viewer.ts';

export type SearchRequest = z.input<typeof Search>;
export type SearchContextRequest = z.input<typeof SearchContext>;

export interface SearchHit {
  text: string;
  /** In [0, 1], the same meaning in every mode; see similarity.ts. */
  similarity: number;
  context_id: string;
  metadata: {
    /** First and last message, counting from 0. */
    message_range: [number, number];
    /** From, to: where the passage stands in a message that is longer than a piece. */
    character_range?: [number, number];
    speakers: string[];
    chunk_type: 'conversation';
    said_at: string;
  };
  explanation: Explanation;
  /** With `include: ["context"]`. */
  context?: ContextView;
}

export interface SearchAnswer {
  /** Best first. `results` and `data` are the same list, for the two kinds of clients. */
  results: SearchHit[];
  data: SearchHit[];
  mode: 'keyword';
  requested_mode: SearchMode;
  /** Passages that matched and fell below `similarity_threshold`; at least, where common words have many more. */
  below_threshold: number;
  notes: string[];
  /** Next steps that can be typed. */
  hints: string[];
  took_ms: number;
}

/**
 * Finds passages by the words of a query (contracts §3). Throws unavailable for `semantic` and `hybrid`, which need embeddings,
 * and invalid_input for a filter it does not know.
 */
export async function search(
  parts: Parts,
  viewer: Viewer,
  request: SearchRequest,
  duration?: HistogramMetric,
): Promise<SearchAnswer> {
  const mode = request.mode ?? 'auto';
  if (mode === 'semantic' || mode === 'hybrid') throw needsEmbeddings(mode);
  const started = performance.now();
  const conditions = conditionsOf(parts, viewer, request);
  const plan = await planQuery(parts.db, viewer.organizationId, request.query);
  const { passages, below } = await find(parts, viewer, request, plan, conditions);
  const results = passages.map((passage, index) => hitOf(passage, index + 1, plan));
  if (request.include?.includes('context')) await attachContexts(parts, viewer, results);
  const { notes, hints } = await notesOn(parts, viewer, request, plan, { found: results.length, below });
  const tookMs = performance.now() - started;
  duration?.observe({ mode: 'keyword' }, tookMs / 1000);
  return {
    results,
    data: results,
    mode: 'keyword',
    requested_mode: mode,
    below_threshold: below,
    notes,
    hints,
    took_ms: Math.round(tookMs * 10) / 10,
  };
}

/** The same within one context. Throws not_found, too. */
export async function searchContext(
  parts: Parts,
  viewer: Viewer,
  id: string,
  request: SearchContextRequest,
  duration?: HistogramMetric,
): Promise<SearchAnswer> {
  const { rows } =
    await sql`SELECT 1 FROM memory_contexts c WHERE c.id = ${storable(id)} AND ${visible(viewer, parts.clock())}`.execute(
      parts.db,
    );
  if (rows.length === 0) throw contextNotFound(id);
  return search(parts, viewer, { ...request, context_ids: [id] }, duration);
}

function needsEmbeddings(mode: 'semantic' | 'hybrid'): AppError {
  return new AppError(
    'unavailable',
    `mode "${mode}" needs embeddings, and this installation has no embedding provider.`,
    {
      retryable: false,
      suggestion: 'Use mode "keyword", or "auto", which takes the best that there is.',
    },
  );
}

function conditionsOf({ clock }: Parts, viewer: Viewer, { filters, context_ids }: SearchRequest) {
  const conditions = [visible(viewer, clock()), ...filterConditions(filters)];
  if (context_ids === undefined || context_ids === null) return conditions;
  const ids = JSON.stringify(context_ids.map(storable));
  conditions.push(sql`p.context_key IN (
    SELECT w.key FROM json_array_elements_text(${ids}::json) AS i(id)
    JOIN memory_contexts w ON w.organization_id = ${viewer.organizationId} AND w.id = i.id)`);
  return conditions;
}

/** As many distinct passages as asked for. Neighbours share text, so some candidates fall away, and more are fetched. */
async function find(
  parts: Parts,
  viewer: Viewer,
  request: SearchRequest,
  plan: QueryPlan,
  conditions: ReturnType<typeof conditionsOf>,
) {
  const { limit = 10, similarity_threshold: threshold, context_ids } = request;
  if (plan.terms.length === 0 || context_ids?.length === 0) return { passages: [], below: 0 };
  const leastScore = shareOfSimilarity(threshold ?? 0) * plan.totalIdf;
  for (let wanted = 3 * limit; ; wanted *= 4) {
    const query = { organizationId: viewer.organizationId, terms: plan.terms, leastScore, conditions, limit: wanted };
    const { candidates, below } = await rankBest(parts, query);
    const passages = distinctPassages(candidates, plan.terms, leastScore, limit);
    if (passages.length >= limit || candidates.length < wanted || wanted > 2_000) return { passages, below };
  }
}

/** Looks through the pieces with rare terms first; through those that have only common ones if they could be among the best. */
async function rankBest({ db }: Parts, query: Omit<RankQuery, 'essential'>): Promise<Ranked> {
  const { essential, restIdf } = essentialTerms(query.terms);
  const ranked = await rank(db, { ...query, essential });
  const last = ranked.candidates[query.limit - 1];
  const nothingMissed =
    essential.length === query.terms.length ||
    query.leastScore > restIdf ||
    (last !== undefined && last.score >= restIdf);
  return nothingMissed ? ranked : rank(db, { ...query, essential: query.terms });
}

function hitOf(
  { candidate, text, range, characters, terms, score }: Passage,
  rank: number,
  plan: QueryPlan,
): SearchHit {
  const similarity = similarityOfShare(score / plan.totalIdf);
  return {
    text,
    similarity,
    context_id: candidate.context_id,
    metadata: {
      message_range: range,
      ...(characters && { character_range: characters }),
      speakers: candidate.speakers,
      chunk_type: 'conversation',
      said_at: candidate.said_at.toISOString(),
    },
    explanation: explain(rank, similarity, terms, plan),
  };
}

async function attachContexts({ db, clock }: Parts, viewer: Viewer, hits: SearchHit[]): Promise<void> {
  if (hits.length === 0) return;
  const ids = [...new Set(hits.map(({ context_id }) => context_id))];
  const { rows } = await sql<ContextRow>`
    SELECT ${CONTEXT_COLUMNS} FROM memory_contexts c WHERE c.id IN (${sql.join(ids)}) AND ${visible(viewer, clock())}
  `.execute(db);
  const views = new Map(rows.map((row) => [row.id, summaryOf(row)]));
  for (const hit of hits) {
    const context = views.get(hit.context_id);
    if (context) hit.context = context;
  }
}
