import type { Road } from '@devmesh/assembly';
import { defineRoute, reply, type Route } from '@devmesh/http';
import { z } from 'zod';

const Status = z.object({
  status: z.string(),
  dependencies: z.record(
    z.string(),
    z.object({ state: z.string(), reason: z.string().optional(), since: z.string().optional() }),
  ),
  systems: z.array(
    z.object({
      system: z.string(),
      state: z.string().describe('`announcing`, `silent`, or `unknown` for one that this process has never heard.'),
      known_by: z.string(),
      heard_at: z.string().nullable(),
      version: z.string(),
      tools: z.int(),
      connections: z.array(z.string()).describe("Names of this organisation's own."),
    }),
  ),
});

/** What DevMesh stands on and reaches: state, since when, how it is known. */
export function statusRoutes({ status }: Pick<Road, 'status'>): Route[] {
  return [
    defineRoute({
      name: 'status',
      method: 'GET',
      path: '/api/v1/status',
      summary: 'Every dependency and system with its state and how it is known',
      tag: 'status',
      access: 'key',
      scope: 'read',
      responses: { 200: Status },
      handler: async ({ principal }) => reply(await status(principal)),
    }),
  ];
}
