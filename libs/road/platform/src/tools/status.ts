import { defineTool, type OwnToolContext } from '@devmesh/adapter';
import { z } from 'zod';
import type { ReadStatus } from '../road.ts';

/** What DevMesh stands on and reaches. */
export function status(read: ReadStatus) {
  return defineTool({
    name: 'status',
    title: 'Status',
    description: 'State of DevMesh and of the systems that it reaches, since when, and how that is known.',
    effect: 'read',
    openWorld: false,
    timeoutMs: 15_000,
    input: z.strictObject({}),
    output: z.object({
      status: z.string(),
      dependencies: z.record(
        z.string(),
        z.object({ state: z.string(), reason: z.string().optional(), since: z.string().optional() }),
      ),
      systems: z.array(
        z.object({
          system: z.string(),
          state: z.string(),
          known_by: z.string(),
          heard_at: z.string().nullable(),
          version: z.string(),
          tools: z.int(),
          connections: z.array(z.string()),
        }),
      ),
    }),
    examples: [{ input: {}, gives: 'what is up, what is not, what is not known' }],

    async run(_input, { viewer }: OwnToolContext) {
      const report = await read(viewer);
      const systems = report.systems.map(({ system, state }) => `${system} ${state}`).join(', ');
      return {
        data: report,
        summary: `DevMesh is ${report.status}; systems: ${systems === '' ? 'none has announced itself' : systems}.`,
      };
    },
  });
}
