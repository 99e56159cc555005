import { createConnection } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import { createLogger } from '@devmesh/runtime';
import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { asJson, asKey, openTestDoor } from './door-for-tests.ts';
import type { TestDoor } from './door-for-tests.ts';
import { created, reply } from './reply.ts';

const Thing = z.object({ id: z.string(), name: z.string() });
let logged = '';
let at: TestDoor;

const routes = [
  defineRoute({
    name: 'things.create',
    method: 'POST',
    path: '/things',
    summary: 'Make a thing',
    body: z.object({
      name: z.string().min(1),
      tags: z.array(z.object({ label: z.string() })).optional(),
      size: z.int().optional(),
    }),
    access: 'key',
    handler: ({ body }) => created({ id: 't1', name: body.name }, { location: '/things/t1', version: 1 }),
    responses: { 201: Thing },
  }),
  defineRoute({
    name: 'things.read',
    method: 'GET',
    path: '/things/:id',
    summary: 'Read a thing',
    params: z.object({ id: z.string() }),
    query: z.object({ limit: z.coerce.number().int().max(10).optional() }),
    access: 'key',
    handler: ({ params }) => reply({ id: params.id, name: 'x' }, { version: 7 }),
    responses: { 200: Thing },
  }),
  defineRoute({
    name: 'things.search',
    method: 'GET',
    path: '/things/search',
    summary: 'Search',
    access: 'key',
    handler: () => reply({ found: true }),
    responses: { 200: z.object({ found: z.boolean() }) },
  }),
  defineRoute({
    name: 'things.fail',
    method: 'GET',
    path: '/fail/:how',
    summary: 'Fail',
    params: z.object({ how: z.string() }),
    access: 'public',
    handler: ({ params }) => {
      if (params.how === 'app')
        throw new AppError('conflict', 'No.', { suggestion: 'Yes.', cause: new Error('password=hunter2') });
      throw new Error('the secret inside');
    },
    responses: {},
  }),
];

beforeAll(async () => {
  const logger = createLogger({ service: 'test', level: 'debug', destination: { write: (line) => (logged += line) } });
  at = await openTestDoor(routes, { logger, maxBodyBytes: 2_000 });
});
afterAll(() => at.listening.close());

const post = (body: string, headers: Record<string, string> = asJson) =>
  at.fetch('/things', { method: 'POST', headers, body });
const errorIn = async (response: Response) => ((await response.json()) as { error: Record<string, unknown> }).error;

test('gives a handler typed input and sends what it answers', async () => {
  const response = await post('{"name":"a"}');
  expect(response.status).toBe(201);
  expect(response.headers.get('location')).toBe('/things/t1');
  expect(response.headers.get('etag')).toBe('"1"');
  expect(await response.json()).toEqual({ id: 't1', name: 'a' });
});

test.each(['{"name": x}', '{"name":"a",}', '', '"', '{"secret":"hunter2"'].filter(Boolean))(
  'answers %s as bad JSON, with a next step and without an echo',
  async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toContain('application/json');
    const error = await errorIn(response);
    expect(error).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('not valid JSON'),
      suggestion: expect.stringContaining('double quotes'),
    });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  },
);

test('names every bad field', async () => {
  const response = await post('{"size":"big","tags":[{"label":1}]}');
  expect(response.status).toBe(400);
  const error = await errorIn(response);
  expect(Object.keys(error['details'] as object)).toContain('fields');
  expect(Object.keys((error['details'] as { fields: object }).fields).sort()).toEqual(['name', 'size', 'tags.0.label']);
});

test('refuses an unknown field and offers the name that was meant', async () => {
  expect(await errorIn(await post('{"name":"a","tag":[]}'))).toMatchObject({
    details: { fields: { tag: 'is not a known field' } },
    suggestion: 'Did you mean `tags` instead of `tag`?',
  });
  expect((await errorIn(await post('{"name":"a","zzzzzzzz":1}')))['suggestion']).toContain('Leave out zzzzzzzz');
});

test('treats a missing body as one without fields', async () => {
  const response = await at.fetch('/things', { method: 'POST', headers: asKey });
  expect((await errorIn(response))['details']).toMatchObject({ fields: { name: expect.any(String) } });
});

test('answers 413 for a body that is too large, declared or not', async () => {
  const body = JSON.stringify({ name: 'x'.repeat(5_000) });
  const declared = await post(body);
  expect(declared.status).toBe(413);
  expect(await errorIn(declared)).toMatchObject({ code: 'invalid_input', details: { limit_bytes: 2_000 } });
  const undeclared = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(body));
      controller.close();
    },
  });
  expect(
    (await at.fetch('/things', { method: 'POST', headers: asJson, body: undeclared, duplex: 'half' } as RequestInit))
      .status,
  ).toBe(413);
});

test('reads compressed bodies, and counts them by what comes out', async () => {
  const headers = { ...asJson, 'content-encoding': 'gzip' };
  const gzip = (text: string) => at.fetch('/things', { method: 'POST', headers, body: gzipSync(text) });
  expect((await gzip('{"name":"a"}')).status).toBe(201);
  const bomb = await gzip(JSON.stringify({ name: 'x'.repeat(1_000_000) }));
  expect([bomb.status, (await errorIn(bomb))['details']]).toEqual([413, { limit_bytes: 2_000 }]);
});

test('is not disturbed by a client that leaves in the middle of its body', async () => {
  const socket = createConnection(at.listening.port, '127.0.0.1');
  socket.write(
    'POST /things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer devmesh_key\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"na',
  );
  socket.end();
  for await (const _chunk of socket);
  expect((await post('{"name":"a"}')).status).toBe(201);
});

test('answers 415 for what is not called JSON', async () => {
  const response = await post('{"name":"a"}', { ...asKey, 'content-type': 'text/plain' });
  expect(response.status).toBe(415);
  expect((await errorIn(response))['suggestion']).toBe('Send the header `Content-Type: application/json`.');
});

test('reads no body before it knows who is asking', async () => {
  expect((await post('not json at all', { 'content-type': 'application/json' })).status).toBe(401);
});

test('answers 404 and 405 as errors, with the methods that there are', async () => {
  const missing = await at.fetch('/nothing');
  expect([missing.status, (await errorIn(missing))['code']]).toEqual([404, 'not_found']);
  const other = await at.fetch('/things/t1', { method: 'DELETE', headers: asKey });
  expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET']);
});

test('prefers a fixed path to a parameter, whatever the order of mounting', async () => {
  expect(await (await at.fetch('/things/search', { headers: asKey })).json()).toEqual({ found: true });
});

test('answers an address that cannot be decoded', async () => {
  const response = await at.fetch('/things/%E0%A4%A', { headers: asKey });
  expect([response.status, (await errorIn(response))['code']]).toEqual([400, 'invalid_input']);
});

test('checks the query', async () => {
  expect((await at.fetch('/things/t1?limit=99', { headers: asKey })).status).toBe(400);
  expect((await errorIn(await at.fetch('/things/t1?limt=9', { headers: asKey })))['suggestion']).toContain('`limit`');
});

test('answers 304 when the client has this version', async () => {
  expect((await at.fetch('/things/t1', { headers: { ...asKey, 'if-none-match': '"7"' } })).status).toBe(304);
  expect((await at.fetch('/things/t1', { headers: { ...asKey, 'if-none-match': '"6"' } })).status).toBe(200);
});

test('tells nothing of an unexpected failure but an id that finds the log line', async () => {
  const response = await at.fetch('/fail/unexpectedly', { headers: { 'x-correlation-id': 'find-me.1' } });
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(text).toContain('find-me.1');
  expect(text).not.toMatch(/secret inside|at .*\.ts|node_modules/);
  const line = logged
    .split('\n')
    .filter(Boolean)
    .map((each) => JSON.parse(each) as Record<string, unknown>)
    .filter((each) => each['level'] === 'error' && each['request_id'] === 'find-me.1');
  expect(line).toHaveLength(1);
  expect(JSON.stringify(line)).toContain('the secret inside');
  expect(line[0]).toHaveProperty('trace_id');
});

test('speaks problem details when asked', async () => {
  const response = await at.fetch('/fail/app', { headers: { accept: 'application/problem+json' } });
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({
    type: 'urn:devmesh:error:conflict',
    title: 'conflict',
    status: 409,
    detail: 'No.',
    suggestion: 'Yes.',
    request_id: expect.any(String),
  });
  expect(logged).not.toContain('hunter2');
});

test.each(['ok.1:2_3-4', 'x-request-id'])('takes the request id of the client and gives it back', async (id) => {
  const response = await at.fetch('/nothing', { headers: { 'x-request-id': id } });
  expect(response.headers.get('x-request-id')).toBe(id);
  expect(response.headers.get('x-correlation-id')).toBe(id);
});

test.each(['a b', '"><script>', 'x'.repeat(129)])('makes an id of its own instead of %j', async (id) => {
  expect((await at.fetch('/nothing', { headers: { 'x-request-id': id } })).headers.get('x-request-id')).toMatch(
    /^req_/,
  );
});

test('sets security headers and does not say what it is made of', async () => {
  const { headers } = await at.fetch('/nothing');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('strict-transport-security')).toBeTruthy();
  expect(headers.get('x-powered-by')).toBeNull();
});

test('answers what is not HTTP in its own form', async () => {
  const socket = createConnection(at.listening.port, '127.0.0.1');
  socket.end('NONSENSE\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  expect(text).toMatch(/^HTTP\/1\.1 400/);
  expect(text).toContain('"code":"invalid_input"');
});

test('measures by route, never by path', async () => {
  await (await at.fetch('/things/t-unique', { headers: asKey })).text();
  const text = await at.options.metrics.text();
  expect(text).toMatch(/http_requests_total\{route="\/things\/:id",method="GET",status="200",service="test"\} \d/);
  expect(text).toContain('http_request_duration_seconds_bucket');
  expect(text).not.toContain('t-unique');
});

test('refuses two routes of one name or one address', () => {
  expect(() => {
    at.door.mount([{ ...routes[0]!, path: '/other' }]);
  }).toThrow('things.create');
  expect(() => {
    at.door.mount([{ ...routes[1]!, name: 'other', path: '/things/:other' }]);
  }).toThrow('GET /things/:');
});
