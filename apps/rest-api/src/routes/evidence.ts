import type { Road } from '@devmesh/assembly';
import { readEvidence } from '@devmesh/calls';
import { defineRoute, reply, type Route } from '@devmesh/http';
import { z } from 'zod';

/** What did not fit into an answer. */
export function evidenceRoutes({ evidence }: Pick<Road, 'evidence'>): Route[] {
  return [
    defineRoute({
      name: 'evidence.read',
      method: 'GET',
      path: '/api/v1/evidence/:id',
      summary: 'Read kept evidence: a page, the lines that match, or a JMESPath query',
      tag: 'calls',
      access: 'key',
      params: z.object({ id: z.string() }),
      query: z.object({
        page: z.coerce.number().int().min(1).default(1),
        grep: z.string().max(500).optional(),
        query: z.string().max(2000).optional(),
      }),
      responses: {
        200: z.object({
          id: z.string(),
          call_id: z.string(),
          tool: z.string(),
          text: z.string(),
          page: z.int(),
          pages: z.int(),
          matches: z.int().optional(),
        }),
      },
      async handler({ principal, params, query }) {
        const { text, tool, callId } = await evidence.read(principal, params.id);
        return reply({ id: params.id, call_id: callId, tool, ...readEvidence(text, query) });
      },
    }),
  ];
}
