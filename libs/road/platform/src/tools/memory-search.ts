import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { SearchMode, type Memory } from '@devmesh/memory';
import { z } from 'zod';

/** Finds what was remembered. */
export function memorySearch(memory: Pick<Memory, 'search'>) {
  return defineTool({
    name: 'memory_search',
    title: 'Search memory',
    description:
      'Search everything remembered in contexts, by question or exact identifier. The answer says what kind of search it was.',
    effect: 'read',
    openWorld: false,
    timeoutMs: 15_000,
    input: z.strictObject({
      query: z.string().min(1).max(10_000),
      context_ids: z.array(z.string().max(255)).max(1000).optional().describe('Only these.'),
      filters: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('Fields of context, metadata or piece: {"type": "incident"}.'),
      similarity_threshold: z.number().min(0).max(1).optional(),
      mode: SearchMode.default('auto'),
      limit: z.int().min(1).max(50).default(10),
    }),
    output: z.object({
      mode: z.string(),
      below_threshold: z.int(),
      results: z.array(z.looseObject({ text: z.string(), similarity: z.number(), context_id: z.string() })),
    }),
    examples: [
      { input: { query: 'what caused ERR_CONN_RESET on checkout?' }, gives: 'the passages that say it, best first' },
    ],

    async run(request, { viewer }: OwnToolContext) {
      const answer = await memory.search(viewer, request);
      const results = answer.results.map((hit) => ({ ...hit }));
      return {
        data: { mode: answer.mode, below_threshold: answer.below_threshold, results },
        summary: `${String(results.length)} passages found by ${answer.mode} search${answer.below_threshold > 0 ? `, ${String(answer.below_threshold)} more below the threshold` : ''}.`,
        text: results.map((hit) => `[${hit.context_id} ${hit.similarity.toFixed(2)}] ${hit.text}`).join('\n---\n'),
        page: { returned: results.length, truncated: false },
        hints: [...answer.notes, ...answer.hints],
      };
    },
  });
}
