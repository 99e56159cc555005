import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRest, PASSWORD, type Rest, type Tenant } from '../rest.fixtures.ts';

let rest: Rest;
let team: Tenant;

beforeAll(async () => {
  rest = await openRest();
  team = await rest.register();
});
afterAll(() => rest.close());

const registration = {
  organization_name: 'Acme',
  organization_slug: 'acme',
  admin_email: 'ada@acme.test',
  admin_name: 'Ada',
  admin_password: PASSWORD,
};

test('the documented curl pair works: register, then make a context with the returned key', async () => {
  const registered = await rest.anonymous.post('/api/v1/auth/register/organization', {
    ...registration,
    company_size: '10-50',
    industry: 'software',
    use_case: 'agents',
  });
  expect(registered).toMatchObject({
    status: 201,
    body: {
      organization: { id: expect.any(String), name: 'Acme', slug: 'acme', subscription_tier: expect.any(String) },
      user: { id: expect.any(String), email: 'ada@acme.test', name: 'Ada', role: 'owner', email_verified: false },
      api_key: expect.stringMatching(/^devmesh_[\w-]{40,}$/),
      message: expect.any(String),
    },
  });
  const made = await rest.as(registered.body.api_key).post('/api/v1/contexts', { content: 'AI agent context data' });
  expect(made).toMatchObject({ status: 201, body: { id: expect.any(String), data: { id: made.body.id } } });
});

test('the first key holds everything: X-API-Key and Bearer are one', async () => {
  const byHeader = await rest.anonymous.get('/api/v1/auth/me', { 'x-api-key': team.apiKey });
  expect(byHeader.body).toMatchObject({ kind: 'key', organization_slug: team.slug, toolset: 'all', roles: [] });
  expect(byHeader.body.scopes).toEqual(expect.arrayContaining(['read', 'write', 'admin']));
  expect((await team.api.get('/api/v1/auth/me')).body).toEqual(byHeader.body);
});

test('a registration names each bad field at once', async () => {
  const { status, body } = await rest.anonymous.post('/api/v1/auth/register/organization', {
    ...registration,
    organization_slug: '-A',
    admin_email: 'nobody',
    admin_password: 'weak',
    organisation_name: 'x',
  });
  expect(status).toBe(400);
  expect(Object.keys(body.error.details.fields).sort()).toEqual([
    'admin_email',
    'admin_password',
    'organisation_name',
    'organization_slug',
  ]);
  expect(body.error.suggestion).toContain('organization_name');
});

test('a slug or e-mail that is taken is 409 and says which', async () => {
  const { status, body } = await rest.anonymous.post('/api/v1/auth/register/organization', {
    ...registration,
    organization_slug: team.slug,
    admin_email: 'other@acme.test',
  });
  expect([status, body.error.details.fields]).toEqual([409, { organization_slug: 'is taken' }]);
});

test('where registration is closed it is 403, also for the first', async () => {
  const closed = await openRest({ OPEN_REGISTRATION: 'closed' });
  try {
    const { status, body } = await closed.anonymous.post('/api/v1/auth/register/organization', registration);
    expect([status, body.error.code]).toEqual([403, 'forbidden']);
  } finally {
    await closed.close();
  }
});

test('login answers the person, the organisation and a pair of tokens', async () => {
  const { status, body } = await rest.anonymous.post('/api/v1/auth/login', { email: team.email, password: PASSWORD });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    user: { email: team.email, role: 'owner' },
    organization: { slug: team.slug },
    token_type: 'Bearer',
    expires_in: 900,
  });
  const me = await rest.as(body.access_token).get('/api/v1/auth/me');
  expect(me.body).toMatchObject({ kind: 'person', label: team.email, roles: ['owner'] });
});

test('a wrong password is 401, and five lock that account only', async () => {
  const other = await rest.register();
  const attempt = (email: string, password: string) => rest.anonymous.post('/api/v1/auth/login', { email, password });
  for (let i = 0; i < 5; i++) expect((await attempt(other.email, 'Wrong-horse-7')).status).toBe(401);
  const locked = await attempt(other.email, PASSWORD);
  expect([locked.status, Number(locked.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await attempt(team.email, PASSWORD)).status).toBe(200);
});

test('a refresh token works once; a copy of it ends the session', async () => {
  const { body: first } = await rest.anonymous.post('/api/v1/auth/login', { email: team.email, password: PASSWORD });
  const refresh = (token: string) => rest.anonymous.post('/api/v1/auth/refresh', { refresh_token: token });
  const { status, body: second } = await refresh(first.refresh_token);
  expect(status).toBe(200);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await refresh(first.refresh_token)).status).toBe(401);
  expect((await refresh(second.refresh_token)).status).toBe(401);
  expect((await rest.as(second.access_token).get('/api/v1/auth/me')).status).toBe(401);
});

test('after logout neither token works', async () => {
  const { body } = await rest.anonymous.post('/api/v1/auth/login', { email: team.email, password: PASSWORD });
  const person = rest.as(body.access_token);
  expect((await person.post('/api/v1/auth/logout')).status).toBe(204);
  expect((await person.get('/api/v1/auth/me')).status).toBe(401);
  expect((await rest.anonymous.post('/api/v1/auth/refresh', { refresh_token: body.refresh_token })).status).toBe(401);
});

test('a key has no session to end', async () => {
  const { status, body } = await team.api.post('/api/v1/auth/logout');
  expect([status, body.error.details]).toEqual([403, { reason: 'person_required' }]);
});
