import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import type { Memory } from '@devmesh/memory';
import { z } from 'zod';

/** Which memories there are. */
export function contextsList(memory: Pick<Memory, 'list'>) {
  return defineTool({
    name: 'contexts_list',
    title: 'List contexts',
    description: 'List contexts, newest first, by user, agent, session or type.',
    effect: 'read',
    openWorld: false,
    timeoutMs: 15_000,
    input: z.strictObject({
      user_id: z.string().max(255).optional(),
      agent_id: z.string().max(255).optional(),
      session_id: z.string().max(255).optional(),
      type: z.string().max(255).optional().describe('metadata.type'),
      cursor: z.string().max(1000).optional(),
      limit: z.int().min(1).max(100).default(20),
    }),
    output: z.object({
      columns: z.array(z.string()),
      rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
    }),
    examples: [{ input: { type: 'incident' }, gives: 'the incidents that are remembered' }],

    async run(query, { viewer }: OwnToolContext) {
      const page = await memory.list(viewer, query);
      const rows = page.data.map((context) => [
        context.id,
        context.name,
        context.user_id,
        context.message_count,
        context.updated_at,
      ]);
      return {
        data: { columns: ['id', 'name', 'user_id', 'messages', 'updated_at'], rows },
        summary: rows.length === 0 ? 'No context matches.' : `${String(rows.length)} contexts.`,
        page: {
          returned: rows.length,
          truncated: page.has_more,
          ...(page.next_cursor !== null && { next: page.next_cursor }),
        },
      };
    },
  });
}
