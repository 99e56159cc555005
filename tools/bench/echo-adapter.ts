import { defineAdapter, defineTool, type ToolContext } from '@devmesh/adapter';
import { z } from 'zod';

/** A system with an echo tool and as many others as a large catalog has; one connection in every environment. */
export function echoAdapter(tools: number) {
  const shape = z.object({ text: z.string() });
  const echo = (name: string) =>
    defineTool({
      name: `bench.${name}`,
      title: 'Echo',
      description: 'Gives back what it is given.',
      effect: 'read',
      timeoutMs: 5000,
      input: z.strictObject({ text: z.string().max(1000) }),
      output: shape,
      run: async ({ text }, _context: ToolContext) => ({ data: { text }, summary: text }),
    });
  return defineAdapter({
    name: 'bench',
    title: 'Bench',
    settings: z.strictObject({}),
    credential: z.strictObject({}),
    config: z.object({}),
    environmentConnections: () => [
      { name: 'default', environment: 'default', endpoint: undefined, settings: {}, credential: undefined },
    ],
    connect: () => ({}),
    toAppError: () => undefined,
    tools: [echo('echo'), ...Array.from({ length: tools - 1 }, (_, n) => echo(`other_${String(n)}`))],
  });
}
