import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectLamps, createLamps, serveLamps } from './lamps.fixtures.ts';
import { openRest, type Rest, type Tenant } from './rest.fixtures.ts';

let rest: Rest;
let team: Tenant;

beforeAll(async () => {
  rest = await openRest();
  team = await rest.register();
});
afterAll(() => rest.close());

test('every answer carries its request id, the given one where it is harmless', async () => {
  const { headers } = await team.api.get('/api/v1/status', { 'x-correlation-id': 'from-the-client' });
  expect([headers.get('x-request-id'), headers.get('x-correlation-id')]).toEqual([
    'from-the-client',
    'from-the-client',
  ]);
  const odd = await team.api.get('/api/v1/status', { 'x-request-id': 'a b"c' });
  expect(odd.headers.get('x-request-id')).toMatch(/^req_/);
});

test('every answer to a key carries the rate limit, in both forms', async () => {
  for (const path of ['/api/v1/status', '/api/v1/contexts/none']) {
    const { headers } = await team.api.get(path);
    expect(headers.get('ratelimit-policy')).toBe('"default";q=1000;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);
    for (const name of ['limit', 'remaining', 'reset']) expect(headers.get(`x-ratelimit-${name}`)).toMatch(/^\d+$/);
  }
});

test('an error has one form, and is a problem document for whoever asks for one', async () => {
  const plain = await team.api.get('/api/v1/contexts/none');
  expect(plain).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found', message: expect.any(String), suggestion: expect.any(String) } },
  });
  expect(plain.body.error.request_id).toBe(plain.headers.get('x-request-id'));
  const problem = await team.api.get('/api/v1/contexts/none', { accept: 'application/problem+json' });
  expect(problem.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(problem.body).toMatchObject({ type: 'urn:devmesh:error:not_found', title: 'not found', status: 404 });
});

test('without a credential every route that is not public is 401 with a next step, whatever is sent', async () => {
  for (const { access, method, path, page } of rest.door.routes()) {
    if (access === 'public') continue;
    const { status, headers, body } = await rest.anonymous.request(method, path.replace(/:\w+/g, 'x'));
    if (page && method === 'GET')
      expect([path, status, headers.get('location')]).toEqual([path, 303, expect.stringMatching(/^\/login\?next=/)]);
    else
      expect([path, status, body?.error?.code ?? 'page']).toEqual([
        path,
        401,
        expect.stringMatching(/unauthenticated|page/),
      ]);
  }
});

test('an address that is not there is 404, one with another method 405', async () => {
  expect((await team.api.get('/api/v1/embeddings')).status).toBe(404);
  const { status, headers } = await team.api.delete('/api/v1/contexts');
  expect([status, headers.get('allow')?.split(', ').sort()]).toEqual([405, ['GET', 'POST']]);
});

test('malformed JSON names the place and repeats nothing of it', async () => {
  const { status, text, body } = await team.api.post('/api/v1/contexts', '{"content": "geheim", }');
  expect([status, body.error.code]).toEqual([400, 'invalid_input']);
  expect(text).not.toContain('geheim');
  const form = await team.api.form('/api/v1/contexts', { content: 'x' });
  expect(form.status).toBe(415);
});

test('health needs no key and says no more than up', async () => {
  for (const path of ['/health', '/healthz', '/livez', '/readyz'])
    expect(await rest.anonymous.get(path)).toMatchObject({ status: 200, body: { status: 'up' } });
});

test('status says of each system how its state is known, and names only one’s own connections', async () => {
  const stop = await serveLamps(rest, createLamps());
  const stranger = await rest.register();
  await connectLamps(team, 'ours');
  const { body } = await team.api.get('/api/v1/status');
  expect(body).toMatchObject({
    status: 'up',
    dependencies: { database: { state: 'up' }, bus: { state: 'up' }, cache: { state: 'up' }, queue: { state: 'up' } },
    systems: [
      { system: 'lamp', state: 'announcing', known_by: 'its last announcement', connections: ['ours'], tools: 4 },
    ],
  });
  expect((await stranger.api.get('/api/v1/status')).body.systems[0].connections).toEqual([]);
  await stop();
});
