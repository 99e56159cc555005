import { sql } from '@devmesh/store';
import { storable } from './context-row.ts';
import type { Parts } from './parts.ts';
import type { QueryPlan } from './query-plan.ts';
import type { SearchRequest } from './search.ts';
import { visible } from './viewer.ts';
import type { Viewer } from './viewer.ts';

export interface Notes {
  notes: string[];
  hints: string[];
}

interface Outcome {
  found: number;
  below: number;
}

/** What an answer should say about itself; an empty one says why it is empty and what to try. */
export async function notesOn(
  parts: Parts,
  viewer: Viewer,
  request: SearchRequest,
  plan: QueryPlan,
  outcome: Outcome,
): Promise<Notes> {
  const notes: string[] = [];
  const hints: string[] = [];
  if ((request.mode ?? 'auto') === 'auto')
    notes.push(
      'Searched by keyword: no embedding provider is configured, so a passage without a word of the query is not found.',
    );
  // Who is bound to one user must not learn which words others use.
  const missing = viewer.contextUserId === undefined ? plan.missing : [];
  if (missing.length > 0 && plan.pieces > 0)
    notes.push(
      `Found nowhere: ${missing
        .slice(0, 8)
        .map((word) => `"${word}"`)
        .join(', ')}.`,
    );
  if (outcome.found === 0) await explainNothing(parts, viewer, request, plan, outcome, { notes, hints });
  return { notes, hints };
}

async function explainNothing(
  parts: Parts,
  viewer: Viewer,
  request: SearchRequest,
  plan: QueryPlan,
  { below }: Outcome,
  { notes, hints }: Notes,
): Promise<void> {
  const { context_ids, similarity_threshold, filters } = request;
  if (context_ids?.length === 0) {
    notes.push('context_ids is an empty list, so no context was searched.');
    hints.push('Leave context_ids out, or send null, to search all contexts.');
    return;
  }
  if (!plan.hasWords) {
    notes.push(
      request.query.trim() === '' ? 'The query is empty.' : 'The query has only words that are in every text.',
    );
    hints.push('Ask with a word that the passage has: a name, an error code, a version, a path.');
    return;
  }
  if (below > 0) {
    notes.push(
      `${below} ${below === 1 ? 'passage' : 'passages'} matched below similarity_threshold ${similarity_threshold ?? 0}.`,
    );
    hints.push(`Lower similarity_threshold (0.5 is about a third of the query's words by rarity), or leave it out.`);
    return;
  }
  await explainScope(parts, viewer, context_ids ?? undefined, { notes, hints });
  if (Object.keys(filters ?? {}).length > 0)
    hints.push('Try without filters: a filter that no context fits leaves nothing to search.');
  hints.push('Try other words: keyword search finds a passage by the words in it, in their usual inflections.');
}

async function explainScope(
  parts: Parts,
  viewer: Viewer,
  contextIds: readonly string[] | undefined,
  { notes, hints }: Notes,
): Promise<void> {
  const now = parts.clock();
  const scope =
    contextIds === undefined ? sql`` : sql`AND c.id IN (${sql.join(contextIds.slice(0, 1000).map(storable))})`;
  const { rows } = await sql<{ contexts: number; waiting: number }>`
    SELECT count(*)::integer AS contexts,
      count(*) FILTER (WHERE EXISTS (SELECT 1 FROM memory_outbox o WHERE o.context_key = c.key))::integer AS waiting
    FROM memory_contexts c WHERE ${visible(viewer, now)} ${scope}
  `.execute(parts.db);
  const { contexts, waiting } = rows[0] ?? { contexts: 0, waiting: 0 };
  if (contexts === 0) {
    notes.push(contextIds === undefined ? 'There are no contexts yet.' : 'None of the given context_ids exists.');
    hints.push(
      contextIds === undefined
        ? 'Store something first: POST /api/v1/contexts (tool contexts_create).'
        : 'List what there is: GET /api/v1/contexts (tool contexts_list).',
    );
  }
  if (waiting > 0) {
    notes.push(`${waiting} ${waiting === 1 ? 'context is' : 'contexts are'} being indexed at this moment.`);
    hints.push('Ask again in a second.');
  }
}
