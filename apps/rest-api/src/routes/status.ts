import type { Road } from '@devmesh/assembly';
import { defineRoute, reply, type Route } from '@devmesh/http';
import { z } from 'zod';

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
      responses: { 200: z.looseObject({ status: z.string() }) },
      handler: async ({ principal }) => reply({ ...(await status(principal)) }),
    }),
  ];
}
