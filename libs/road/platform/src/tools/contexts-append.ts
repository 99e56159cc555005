import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import type { Memory } from '@devmesh/memory';
import { z } from 'zod';

/** Adds to a memory. */
export function contextsAppend(memory: Pick<Memory, 'append'>) {
  return defineTool({
    name: 'contexts_append',
    title: 'Append to a context',
    description: 'Append messages or notes to a context; searchable within a second.',
    effect: 'write',
    openWorld: false,
    timeoutMs: 15_000,
    input: z.strictObject({
      id: z.string().min(1).max(255),
      messages: z
        .array(
          z.strictObject({
            role: z.string().min(1).max(100).default('assistant'),
            content: z.string().min(1).max(500_000),
          }),
        )
        .min(1)
        .max(1000),
    }),
    output: z.object({ id: z.string(), appended: z.int() }),
    examples: [
      {
        input: { id: 'incident-42', messages: [{ role: 'assistant', content: 'Rolling back fixed it.' }] },
        gives: 'how many were appended',
      },
    ],

    async run({ id, messages }, { viewer }: OwnToolContext) {
      await memory.append(viewer, id, { messages });
      return {
        data: { id, appended: messages.length },
        summary: `${String(messages.length)} messages appended to ${id}.`,
      };
    },
  });
}
