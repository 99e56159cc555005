import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineRoute } from './define-route.ts';
import { asJson, asKey, COOKIE, CSRF, openTestDoor, PERSON } from './door-for-tests.ts';
import type { TestDoor } from './door-for-tests.ts';
import type { StoredReply } from './door-options.ts';
import { created, html, reply } from './reply.ts';

const Who = z.object({ who: z.string() });
let made = 0;
let allowed = true;
let at: TestDoor;

const routes = [
  defineRoute({
    name: 'who',
    method: 'GET',
    path: '/who',
    summary: 'Who am I',
    access: 'key',
    handler: ({ principal }) => reply({ who: principal.id }),
    responses: { 200: Who },
  }),
  defineRoute({
    name: 'admin',
    method: 'GET',
    path: '/admin',
    summary: 'Admin',
    access: 'key',
    scope: 'admin',
    handler: () => reply({ who: 'admin' }),
    responses: { 200: Who },
  }),
  defineRoute({
    name: 'approve',
    method: 'POST',
    path: '/approve',
    summary: 'Approve',
    body: z.object({ reason: z.string().optional() }),
    access: 'person',
    handler: ({ principal }) => reply({ who: principal.id }),
    responses: { 200: Who },
  }),
  defineRoute({
    name: 'approve.form',
    method: 'POST',
    path: '/approvals/:id',
    summary: 'Approve by form',
    bodyType: 'form',
    body: z.object({ reason: z.string().optional() }),
    access: 'person',
    page: { signInPath: '/sign-in' },
    handler: ({ body }) => html(`<p>${body.reason ?? ''}`),
    responses: {},
  }),
  defineRoute({
    name: 'approve.page',
    method: 'GET',
    path: '/approvals/:id',
    summary: 'Page',
    access: 'person',
    page: { signInPath: '/sign-in' },
    handler: ({ csrf }) => html(`<p>${csrf ?? 'none'}`),
    responses: {},
  }),
  defineRoute({
    name: 'make',
    method: 'POST',
    path: '/make',
    summary: 'Make',
    body: z.object({ a: z.int(), b: z.int() }),
    access: 'key',
    idempotent: true,
    handler: () => created({ who: `t${String(++made)}` }),
    responses: { 201: Who },
  }),
];

beforeAll(async () => {
  const kept = new Map<string, StoredReply>();
  at = await openTestDoor(routes, {
    corsOrigins: ['https://console.example'],
    quota: {
      takeRequest: () =>
        Promise.resolve({
          allowed,
          headers: {
            'RateLimit-Policy': '"default";q=1000;w=60',
            RateLimit: '"default";r=0;t=5',
            'X-RateLimit-Limit': '3000',
          },
          retryAfterSeconds: 4.2,
        }),
    },
    idempotency: {
      async run(principal, name, key, hash, make) {
        const id = [principal.id, name, key, hash].join();
        const answer = kept.get(id) ?? (await make());
        kept.set(id, answer);
        return answer;
      },
    },
    renderErrorPage: ({ message }) => html(`<h1>${message}</h1>`),
  });
});
afterAll(() => at.listening.close());

const errorIn = async (response: Response) => ((await response.json()) as { error: Record<string, unknown> }).error;
const whoIs = async (headers: Record<string, string>) =>
  ((await (await at.fetch('/who', { headers })).json()) as { who: string }).who;

test('takes a key as bearer or X-API-Key, a token and a session cookie', async () => {
  expect(await whoIs(asKey)).toBe('key:key_1');
  expect(await whoIs({ 'x-api-key': 'devmesh_key' })).toBe('key:key_1');
  expect(await whoIs({ authorization: `bearer ${PERSON}` })).toBe('user:user_1');
  expect(await whoIs({ cookie: COOKIE })).toBe('user:user_1');
});

test.each([
  {},
  { authorization: 'Bearer wrong' },
  { authorization: 'Basic eDp5' },
  { authorization: 'Bearer' },
  { cookie: 'devmesh_session=bad' },
])('answers 401 with a next step to %j', async (headers) => {
  const response = await at.fetch('/who', { headers: headers as Record<string, string> });
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="devmesh"']);
  expect((await errorIn(response))['code']).toBe('unauthenticated');
});

test('names the scope that is missing', async () => {
  expect(await errorIn(await at.fetch('/admin', { headers: asKey }))).toMatchObject({
    code: 'forbidden',
    details: { needed: 'admin' },
  });
});

test('tells a key that a person must do it', async () => {
  const response = await at.fetch('/approve', { method: 'POST', headers: asJson, body: '{}' });
  expect(response.status).toBe(403);
  expect(await errorIn(response)).toMatchObject({
    message: expect.stringContaining('person'),
    details: { reason: 'person_required' },
  });
});

test('takes a person by token without a CSRF token', async () => {
  const headers = { authorization: `Bearer ${PERSON}`, 'content-type': 'application/json' };
  expect((await at.fetch('/approve', { method: 'POST', headers, body: '{}' })).status).toBe(200);
});

test.each([
  ['no token', {}],
  ['a wrong token', { 'x-csrf-token': 'wrong' }],
  ['a token of the same length', { 'x-csrf-token': CSRF.replace('c', 'd') }],
  ['the right token from another site', { 'x-csrf-token': CSRF, 'sec-fetch-site': 'cross-site' }],
])('refuses a cookie with %s', async (_what, headers) => {
  const response = await at.fetch('/approve', {
    method: 'POST',
    headers: { cookie: COOKIE, 'content-type': 'application/json', ...headers },
    body: '{}',
  });
  expect(response.status).toBe(403);
  expect((await errorIn(response))['details']).toEqual({ reason: 'csrf' });
});

test('takes a cookie with its token, in the header or in the form', async () => {
  const byHeader = { cookie: COOKIE, 'content-type': 'application/json', 'x-csrf-token': CSRF };
  expect((await at.fetch('/approve', { method: 'POST', headers: byHeader, body: '{}' })).status).toBe(200);
  const byForm = {
    method: 'POST',
    headers: { cookie: COOKIE },
    body: new URLSearchParams({ csrf_token: CSRF, reason: 'fine' }),
  };
  expect(await (await at.fetch('/approvals/1', byForm)).text()).toBe('<p>fine');
});

test('sends a person without a session to the sign-in page, and errors of pages are pages', async () => {
  const page = await at.fetch('/approvals/1?x=1', { headers: { accept: 'text/html' } });
  expect([page.status, page.headers.get('location')]).toEqual([303, '/sign-in?next=%2Fapprovals%2F1%3Fx%3D1']);
  const form = await at.fetch('/approvals/1', {
    method: 'POST',
    headers: { cookie: COOKIE, accept: 'text/html' },
    body: new URLSearchParams({ reason: 'x' }),
  });
  expect([form.status, await form.text()]).toEqual([403, '<h1>This did not come from a page of your session.</h1>']);
  expect(await (await at.fetch('/approvals/1', { headers: { cookie: COOKIE } })).text()).toBe(`<p>${CSRF}`);
});

test('carries the rate limit on every answer, and answers 429 when it is used up', async () => {
  const fine = await at.fetch('/who', { headers: asKey });
  expect([fine.headers.get('ratelimit-policy'), fine.headers.get('x-ratelimit-limit')]).toEqual([
    '"default";q=1000;w=60',
    '3000',
  ]);
  allowed = false;
  const refused = await at.fetch('/admin', { headers: asKey });
  allowed = true;
  expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit')]).toEqual([
    429,
    '5',
    '"default";r=0;t=5',
  ]);
  expect(await errorIn(refused)).toMatchObject({ code: 'rate_limited', retryable: true });
});

test('counts refused credentials by address', async () => {
  const asked: string[] = [];
  const other = await openTestDoor(routes, {
    quota: {
      takeRequest: () => Promise.reject(new Error('nobody is known')),
      takeAnonymous: (address) =>
        Promise.resolve({ allowed: asked.push(address) < 2, headers: {}, retryAfterSeconds: 1 }),
    },
  });
  const guess = async () => (await other.fetch('/who', { headers: { authorization: 'Bearer guess' } })).status;
  expect([await guess(), await guess()]).toEqual([401, 429]);
  expect(asked[0]).toMatch(/127\.0\.0\.1$/);
  await other.listening.close();
});

test('lets pages of listed origins call, without cookies, and no others', async () => {
  const preflight = (origin: string) =>
    at.fetch('/who', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } });
  const listed = await preflight('https://console.example');
  expect([
    listed.status,
    listed.headers.get('access-control-allow-origin'),
    listed.headers.get('access-control-allow-credentials'),
  ]).toEqual([204, 'https://console.example', null]);
  const other = await preflight('https://console.example.evil.example');
  expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  const simple = await at.fetch('/who', { headers: { ...asKey, origin: 'null' } });
  expect([simple.headers.get('access-control-allow-origin'), simple.headers.get('vary')]).toEqual([null, 'Origin']);
});

test('makes a thing once per idempotency key, whatever the order of the fields', async () => {
  const make = (body: string, key = 'k1') =>
    at.fetch('/make', { method: 'POST', headers: { ...asJson, 'idempotency-key': key }, body });
  const [first, second, other] = [
    await make('{"a":1,"b":2}'),
    await make('{"b":2,"a":1}'),
    await make('{"a":1,"b":3}'),
  ];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(await second.json()).toEqual(await first.json());
  expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
    null,
    'true',
  ]);
  expect(await other.json()).toEqual({ who: 't2' });
  expect((await make('{"a":1,"b":2}', 'x'.repeat(256))).status).toBe(400);
});

test('answers health without a key and without detail', async () => {
  at.options.health.add('postgres', () => ({ state: 'down', reason: 'host db.internal refused' }));
  expect((await at.fetch('/livez')).status).toBe(200);
  for (const path of ['/health', '/healthz', '/readyz']) {
    const response = await at.fetch(path);
    expect([response.status, await response.json()]).toEqual([503, { status: 'down', reason: 'dependency' }]);
  }
});
