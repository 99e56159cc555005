import type { Road } from '@devmesh/assembly';
import { CreateConnection, PatchConnection } from '@devmesh/connections';
import { created, defineRoute, expectedVersion, noContent, reply, type Route } from '@devmesh/http';
import { z } from 'zod';

const Connection = z.looseObject({
  id: z.string(),
  system: z.string(),
  name: z.string(),
  environment: z.string(),
  is_default: z.boolean(),
  origin: z.string(),
});
const Id = z.object({ id: z.string() });

/** An organisation's systems. A credential goes in and never comes out. */
export function connectionRoutes({ connections }: Pick<Road, 'connections'>): Route[] {
  return [
    defineRoute({
      name: 'connections.create',
      method: 'POST',
      path: '/api/v1/connections',
      summary: 'Add a system',
      tag: 'connections',
      access: 'key',
      scope: 'admin',
      idempotent: true,
      body: CreateConnection,
      responses: { 201: Connection },
      async handler({ principal, body }) {
        const connection = await connections.create(principal, body);
        return created({ ...connection }, { location: `/api/v1/connections/${connection.id}` });
      },
    }),
    defineRoute({
      name: 'connections.list',
      method: 'GET',
      path: '/api/v1/connections',
      summary: 'List systems',
      tag: 'connections',
      access: 'key',
      scope: 'read',
      query: z.object({ system: z.string().optional() }),
      responses: { 200: z.object({ data: z.array(Connection), next_cursor: z.null(), has_more: z.boolean() }) },
      async handler({ principal, query }) {
        const data = (await connections.list(principal, query)).map((connection) => ({ ...connection }));
        return reply({ data, next_cursor: null, has_more: false });
      },
    }),
    defineRoute({
      name: 'connections.read',
      method: 'GET',
      path: '/api/v1/connections/:id',
      summary: 'Read one system',
      tag: 'connections',
      access: 'key',
      scope: 'read',
      params: Id,
      responses: { 200: Connection },
      async handler({ principal, params }) {
        const connection = await connections.get(principal, params.id);
        return reply({ ...connection }, { version: connection.version });
      },
    }),
    defineRoute({
      name: 'connections.update',
      method: 'PATCH',
      path: '/api/v1/connections/:id',
      summary: 'Change a system',
      tag: 'connections',
      access: 'key',
      scope: 'admin',
      params: Id,
      body: PatchConnection,
      responses: { 200: Connection },
      async handler({ principal, params, body, header }) {
        const version = expectedVersion(header('if-match'));
        const connection = await connections.patch(
          principal,
          params.id,
          body,
          version === undefined ? {} : { ifMatch: Number(version) },
        );
        return reply({ ...connection }, { version: connection.version });
      },
    }),
    defineRoute({
      name: 'connections.delete',
      method: 'DELETE',
      path: '/api/v1/connections/:id',
      summary: 'Remove a system and its credential',
      tag: 'connections',
      access: 'key',
      scope: 'admin',
      params: Id,
      responses: { 204: z.undefined() },
      async handler({ principal, params }) {
        await connections.remove(principal, params.id);
        return noContent();
      },
    }),
  ];
}
