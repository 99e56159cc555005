import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { CreateContext, type Memory } from '@devmesh/memory';
import { z } from 'zod';
import { ContextFacts, factsOf } from '../context-facts.ts';

/** Begins a memory. */
export function contextsCreate(memory: Pick<Memory, 'create'>) {
  return defineTool({
    name: 'contexts_create',
    title: 'Create a context',
    description: 'Begin a context: a conversation or a set of notes to remember and search later.',
    effect: 'write',
    openWorld: false,
    timeoutMs: 15_000,
    // A model pays for every argument that it reads and has no use for these; they are REST's.
    input: CreateContext.omit({ model_id: true, max_tokens: true }),
    output: ContextFacts.extend({ created: z.boolean() }),
    examples: [
      {
        input: { id: 'incident-42', content: 'Checkout latency rose after 1.4 was rolled out.' },
        gives: 'the context, searchable within a second',
      },
    ],

    async run(input, { viewer }: OwnToolContext) {
      const { context, created } = await memory.create(viewer, input);
      const summary = created
        ? `Context ${context.id} created.`
        : `Context ${context.id} was there already and is unchanged.`;
      return { data: { ...factsOf(context), created }, summary };
    },
  });
}
