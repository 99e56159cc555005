import { created, defineRoute, noContent, reply, type Route } from '@devmesh/http';
import { Login, RegisterOrganization, type SignedIn } from '@devmesh/identity';
import type { Road } from '@devmesh/assembly';
import { z } from 'zod';

const Organization = z.looseObject({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  subscription_tier: z.string(),
});
const User = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string(),
  email_verified: z.boolean(),
});
const Tokens = z.object({
  user: User,
  organization: Organization,
  access_token: z.string(),
  refresh_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
});

/** Registration, sign-in, refresh, sign-out. */
export function authRoutes({ identity }: Pick<Road, 'identity'>): Route[] {
  return [
    defineRoute({
      name: 'auth.register_organization',
      method: 'POST',
      path: '/api/v1/auth/register/organization',
      summary: 'Register an organisation, its owner and its first key',
      tag: 'auth',
      access: 'public',
      body: RegisterOrganization,
      responses: {
        201: z.object({ organization: Organization, user: User, api_key: z.string(), message: z.string() }),
      },
      async handler({ body }) {
        const { organization, user, apiKey, message } = await identity.registerOrganization(body);
        return created({ organization: { ...organization }, user, api_key: apiKey, message });
      },
    }),
    defineRoute({
      name: 'auth.login',
      method: 'POST',
      path: '/api/v1/auth/login',
      summary: 'Sign in with e-mail and password',
      tag: 'auth',
      access: 'public',
      body: Login,
      responses: { 200: Tokens },
      handler: async ({ body, header }) =>
        reply(tokensOf(await identity.login(body, { userAgent: header('user-agent') }))),
    }),
    defineRoute({
      name: 'auth.refresh',
      method: 'POST',
      path: '/api/v1/auth/refresh',
      summary: 'Exchange a refresh token, once, for a new pair',
      tag: 'auth',
      access: 'public',
      body: z.strictObject({ refresh_token: z.string().min(1).max(500) }),
      responses: { 200: Tokens },
      handler: async ({ body }) => reply(tokensOf(await identity.refresh(body.refresh_token))),
    }),
    defineRoute({
      name: 'auth.logout',
      method: 'POST',
      path: '/api/v1/auth/logout',
      summary: 'End this session; its tokens stop working at once',
      tag: 'auth',
      access: 'person',
      responses: { 204: z.undefined() },
      async handler({ principal }) {
        await identity.logout(principal);
        return noContent();
      },
    }),
    defineRoute({
      name: 'auth.me',
      method: 'GET',
      path: '/api/v1/auth/me',
      summary: 'Who this credential belongs to and what it may do',
      tag: 'auth',
      access: 'key',
      responses: {
        200: z.object({
          id: z.string(),
          kind: z.string(),
          label: z.string(),
          organization_id: z.string(),
          organization_slug: z.string(),
          roles: z.array(z.string()),
          scopes: z.array(z.string()),
          toolset: z.string(),
        }),
      },
      handler: ({ principal }) =>
        reply({
          id: principal.id,
          kind: principal.kind,
          label: principal.label,
          organization_id: principal.organizationId,
          organization_slug: principal.organizationSlug,
          roles: principal.roles,
          scopes: principal.scopes,
          toolset: principal.toolset,
        }),
    }),
  ];
}

function tokensOf({ user, organization, accessToken, refreshToken, expiresInSeconds }: SignedIn) {
  return {
    user,
    organization: { ...organization },
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'Bearer' as const,
    expires_in: expiresInSeconds,
  };
}
