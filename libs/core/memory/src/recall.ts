import type { HistogramMetric } from '@devmesh/runtime';
import type { ContextView } from './context-view.ts';
import type { GetContext } from './inputs.ts';
import type { Message } from './message.ts';
import type { Parts } from './parts.ts';
import { getContext } from './read-context.ts';
import { search } from './search.ts';
import type { SearchHit } from './search.ts';
import { newestWithinBudget, USUAL_MAX_TOKENS, withinBudget } from './token-budget.ts';
import type { Viewer } from './viewer.ts';

/** `GET /contexts/:id` with its options. */
export interface Recalled extends ContextView {
  /** All messages, or with `max_tokens` and no `relevant_to` the newest that fit. */
  content?: Message[];
  content_truncated?: boolean;
  /** The pieces that fit `relevant_to` best, within the budget. */
  relevant?: Pick<SearchHit, 'text' | 'similarity' | 'metadata'>[];
  /** Of `relevant`, counted as characters / 4. */
  relevant_tokens?: number;
  notes?: string[];
}

const MAX_PIECES = 100;

/** Throws not_found. */
export async function recall(
  parts: Parts,
  viewer: Viewer,
  id: string,
  query: GetContext,
  duration?: HistogramMetric,
): Promise<Recalled> {
  const context = await getContext(parts, viewer, id, query);
  const recalled: Recalled = { ...context, ...cutContent(context.content, query) };
  if (query.relevant_to === undefined) return recalled;
  const maxTokens = query.max_tokens ?? context.max_tokens ?? USUAL_MAX_TOKENS;
  const found = await search(
    parts,
    viewer,
    { query: query.relevant_to, context_ids: [id], limit: MAX_PIECES },
    duration,
  );
  const { kept, tokens } = withinBudget(found.results, maxTokens);
  const relevant = kept.map(({ text, similarity, metadata }) => ({ text, similarity, metadata }));
  return { ...recalled, relevant, relevant_tokens: tokens, notes: [...found.notes, ...found.hints] };
}

function cutContent(
  content: Message[] | undefined,
  { max_tokens, relevant_to }: GetContext,
): Pick<Recalled, 'content' | 'content_truncated'> {
  if (!content || max_tokens === undefined || relevant_to !== undefined) return {};
  const newest = newestWithinBudget(content, max_tokens);
  return { content: newest, content_truncated: newest.length < content.length };
}
