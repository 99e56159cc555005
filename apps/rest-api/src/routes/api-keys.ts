import { RateLimit } from '@devmesh/contracts';
import { created, defineRoute, listOf, noContent, PageQuery, reply, type Route } from '@devmesh/http';
import { CreateKey } from '@devmesh/identity';
import type { Road } from '@devmesh/assembly';
import { z } from 'zod';

const Key = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  toolset: z.string(),
  rate_limit: RateLimit.optional(),
  context_user_id: z.string().optional(),
  user_id: z.string(),
  created_at: z.string(),
  expires_at: z.string(),
  last_used_at: z.string().optional(),
  revoked_at: z.string().optional(),
});

/** API keys: made, listed, revoked. Nobody grants more than they hold. */
export function apiKeyRoutes({ identity }: Pick<Road, 'identity'>): Route[] {
  return [
    defineRoute({
      name: 'api_keys.create',
      method: 'POST',
      path: '/api/v1/api-keys',
      summary: 'Make an API key; it is shown only in this answer',
      description: '`Idempotency-Key` is not obeyed here: a repeat makes another key, which can be revoked.',
      tag: 'keys',
      access: 'key',
      // A stored answer would keep the key for a day, and show it twice.
      body: CreateKey,
      responses: { 201: Key.extend({ api_key: z.string() }) },
      async handler({ principal, body }) {
        const { apiKey, key } = await identity.createKey(principal, body);
        return created({ ...key, api_key: apiKey }, { location: `/api/v1/api-keys/${key.id}` });
      },
    }),
    defineRoute({
      name: 'api_keys.list',
      method: 'GET',
      path: '/api/v1/api-keys',
      summary: 'List API keys',
      tag: 'keys',
      access: 'key',
      query: PageQuery,
      responses: { 200: listOf(Key) },
      handler: async ({ principal, query }) => reply({ ...(await identity.listKeys(principal, query)) }),
    }),
    defineRoute({
      name: 'api_keys.revoke',
      method: 'DELETE',
      path: '/api/v1/api-keys/:id',
      summary: 'Revoke an API key: it stops working within a second',
      tag: 'keys',
      access: 'key',
      params: z.object({ id: z.string() }),
      responses: { 204: z.undefined() },
      async handler({ principal, params }) {
        await identity.revokeKey(principal, params.id);
        return noContent();
      },
    }),
  ];
}
