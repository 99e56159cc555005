import type { Road } from '@devmesh/assembly';
import { CreateConnection, PatchConnection } from '@devmesh/connections';
import { created, defineRoute, noContent, reply, type Route } from '@devmesh/http';
import { z } from 'zod';
import { ConnectionTest, testConnection } from '../test-connection.ts';
import { ifMatch } from '../if-match.ts';

const Connection = z.object({
  id: z.string(),
  system: z.string(),
  name: z.string(),
  environment: z.string(),
  endpoint: z.string().optional(),
  settings: z.record(z.string(), z.unknown()),
  has_credential: z.boolean().describe('The credential itself is write-only.'),
  is_default: z.boolean(),
  origin: z.enum(['stored', 'environment']).describe('`environment`: given by the adapter, not to be changed here.'),
  created_at: z.string().optional(),
  version: z.int(),
});
const Id = z.object({ id: z.string() });

/** An organisation's systems. A credential goes in and never comes out. */
export function connectionRoutes({ connections, gateway }: Pick<Road, 'connections' | 'gateway'>): Route[] {
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
        return created(connection, {
          version: connection.version,
          location: `/api/v1/connections/${connection.id}`,
        });
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
        return reply({ data: await connections.list(principal, query), next_cursor: null, has_more: false });
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
        return reply(connection, { version: connection.version });
      },
    }),
    defineRoute({
      name: 'connections.test',
      method: 'POST',
      path: '/api/v1/connections/:id/test',
      summary: 'Ask the system a harmless question over this connection',
      description:
        'Takes the road of every call: reads of the system that need no argument and that this key may call, until one succeeds.',
      tag: 'connections',
      access: 'key',
      scope: 'read',
      params: Id,
      responses: { 200: ConnectionTest },
      async handler({ principal, params, requestId, signal }) {
        const connection = await connections.get(principal, params.id);
        return reply(await testConnection(gateway, principal, connection, { requestId, signal }));
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
        const options = { ifMatch: ifMatch(header('if-match')) };
        const connection = await connections.patch(principal, params.id, body, options);
        return reply(connection, { version: connection.version });
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
