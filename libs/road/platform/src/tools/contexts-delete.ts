import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { AppError, type Prepared } from '@devmesh/contracts';
import type { Memory } from '@devmesh/memory';
import { z } from 'zod';

/** Forgets a memory for good. */
export function contextsDelete(memory: Pick<Memory, 'get' | 'remove'>) {
  return defineTool({
    name: 'contexts_delete',
    title: 'Delete a context',
    description: 'Delete a context with all its messages, for good. A person approves first.',
    effect: 'destroy',
    openWorld: false,
    timeoutMs: 15_000,
    input: z.strictObject({ id: z.string().min(1).max(255) }),
    output: z.object({ id: z.string(), deleted: z.literal(true) }),
    examples: [{ input: { id: 'incident-42' }, gives: 'that it is gone' }],

    async prepare({ id }, { viewer }: OwnToolContext) {
      const context = await memory.get(viewer, id);
      return {
        resource: { kind: 'Context', name: id },
        observed: { version: context.version },
        diff: `Delete context ${id} (${context.name ?? 'no name'}) with ${String(context.message_count)} messages, last changed ${context.updated_at}.`,
        blast: { contexts: 1, messages: context.message_count },
        reversible: false,
      };
    },

    async run({ id }, { viewer, prepared }: OwnToolContext & { prepared?: Prepared }) {
      const { version } = await memory.get(viewer, id);
      // What is written between this look and the next line goes with it.
      if (prepared && prepared.observed['version'] !== version) throw stale(id);
      await memory.remove(viewer, id);
      return { data: { id, deleted: true as const }, summary: `Context ${id} is deleted.` };
    },
  });
}

function stale(id: string): AppError {
  return new AppError('conflict', `Context ${id} was changed in the meantime; nothing was deleted.`, {
    details: { reason: 'stale' },
    suggestion: 'Make the call again to see how it is now.',
  });
}
