import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { ContextId, PatchContext, type Memory } from '@devmesh/memory';
import { ContextFacts, factsOf } from '../context-facts.ts';

/** Changes what is known about a memory. */
export function contextsUpdate(memory: Pick<Memory, 'patch'>) {
  return defineTool({
    name: 'contexts_update',
    title: 'Update a context',
    description: 'Change a context: merge metadata, rename it, set when it expires, replace its content.',
    effect: 'write',
    openWorld: false,
    timeoutMs: 15_000,
    input: PatchContext.omit({ model_id: true, max_tokens: true }).extend({ id: ContextId }),
    output: ContextFacts,
    examples: [{ input: { id: 'incident-42', metadata: { status: 'solved' } }, gives: 'the changed context' }],

    async run({ id, ...change }, { viewer }: OwnToolContext) {
      const context = await memory.patch(viewer, id, change);
      return { data: factsOf(context), summary: `Context ${id} is at version ${String(context.version)}.` };
    },
  });
}
