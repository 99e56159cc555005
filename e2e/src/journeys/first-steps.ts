import { describe, expect, test } from '@jest/globals';
import { rest } from '../clients/rest.ts';
import { registration, unique, type World } from './world.ts';

/** The documented pair of curl lines, and what is answered when they are sent wrong. */
export function describeFirstSteps(world: World): void {
  describe('first steps', () => {
    test('the documented pair: register, then keep a context with the key that came back', async () => {
      const anonymous = rest(world.platform.restUrl);
      const slug = unique('acme');
      const registered = await anonymous.post('/api/v1/auth/register/organization', {
        ...registration(slug),
        company_size: '1-10',
        industry: 'it',
        use_case: 'agents',
      });
      expect(registered.status).toBe(201);
      expect(registered.body).toMatchObject({
        organization: { id: expect.any(String), slug, subscription_tier: expect.any(String) },
        user: { email: `owner@${slug}.test`, role: 'owner', email_verified: expect.any(Boolean) },
        api_key: expect.stringMatching(/^devmesh_[A-Za-z0-9_-]{40,}$/),
        message: expect.any(String),
      });
      const kept = await rest(world.platform.restUrl, registered.body.api_key).post('/api/v1/contexts', {
        content: 'AI agent context data',
      });
      expect(kept.status).toBe(201);
      expect(kept.body.data.id).toBe(kept.body.id);
      const read = await rest(world.platform.restUrl, registered.body.api_key).get(
        `/api/v1/contexts/${kept.body.id}?include_content=true`,
      );
      expect(read.body.content).toEqual([expect.objectContaining({ content: 'AI agent context data' })]);
    });

    test('a slug or an e-mail that is taken is refused, by name', async () => {
      const anonymous = rest(world.platform.restUrl);
      const slug = unique('acme');
      await anonymous.post('/api/v1/auth/register/organization', registration(slug));
      const sameSlug = await anonymous.post('/api/v1/auth/register/organization', {
        ...registration(slug),
        admin_email: 'other@example.test',
      });
      expect([sameSlug.status, sameSlug.body.error.details.fields]).toEqual([409, { organization_slug: 'is taken' }]);
      const sameEmail = await anonymous.post('/api/v1/auth/register/organization', {
        ...registration(unique('acme')),
        admin_email: `owner@${slug}.test`,
      });
      expect([sameEmail.status, sameEmail.body.error.details.fields]).toEqual([409, { admin_email: 'is taken' }]);
    });

    test('every bad field of a registration is named', async () => {
      const { status, body } = await rest(world.platform.restUrl).post('/api/v1/auth/register/organization', {
        ...registration('Not A Slug'),
        admin_email: 'nobody',
        admin_password: 'short',
        admin_nmae: 'x',
      });
      expect(status).toBe(400);
      expect(body.error).toMatchObject({
        code: 'invalid_input',
        request_id: expect.any(String),
        suggestion: expect.any(String),
      });
      expect(Object.keys(body.error.details.fields).sort()).toEqual([
        'admin_email',
        'admin_nmae',
        'admin_password',
        'organization_slug',
      ]);
    });

    test('Bearer and X-API-Key open the same door, and every answer says what is left of the rate', async () => {
      const asked = await rest(world.platform.restUrl).get('/api/v1/auth/me', {
        headers: { 'x-api-key': world.platform.apiKey },
      });
      expect(asked.body).toMatchObject({
        kind: 'key',
        organization_slug: world.platform.organization.slug,
        toolset: 'all',
      });
      expect(asked.headers.get('ratelimit-policy')).toMatch(/^"default";q=\d+;w=60$/);
      expect(asked.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);
      expect(asked.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/);
      expect((await world.api.get('/api/v1/auth/me')).body).toEqual(asked.body);
    });

    test('the whole API is described in one document and on a page of our own origin', async () => {
      const { body } = await rest(world.platform.restUrl).get('/api/v1/openapi.json');
      expect(body.openapi).toBe('3.1.0');
      expect(Object.keys(body.paths)).toEqual(
        expect.arrayContaining(['/api/v1/contexts', '/api/v1/tools/{name}/execute', '/api/v1/approvals/{id}/approve']),
      );
      const page = await rest(world.platform.restUrl).get('/docs');
      expect(page.status).toBe(200);
      for (const [, address = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
        expect((await rest(world.platform.restUrl).get(address)).status).toBe(200);
      }
    });
  });
}
