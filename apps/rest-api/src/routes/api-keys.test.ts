import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Answer } from '../client.fixtures.ts';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';

let rest: Rest;
let team: Tenant;
let stranger: Tenant;

beforeAll(async () => {
  rest = await openRest();
  team = await rest.register();
  stranger = await rest.register();
});
afterAll(() => rest.close());

test('a key is shown once: the list knows it by id and prefix only', async () => {
  const made = await team.api.post('/api/v1/api-keys', { name: 'ci' });
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'ci', scopes: ['read', 'memory:write'], toolset: 'observe' },
  });
  expect(made.headers.get('location')).toBe(`/api/v1/api-keys/${made.body.id}`);
  const { text, body } = await team.api.get('/api/v1/api-keys');
  expect(body.data).toContainEqual(
    expect.objectContaining({ id: made.body.id, prefix: made.body.api_key.slice(0, 13) }),
  );
  expect(text).not.toContain(made.body.api_key);
});

test('an idempotency key makes no stored answer that could show a key again', async () => {
  const make = () => team.api.post('/api/v1/api-keys', { name: 'twice' }, { 'idempotency-key': 'one' });
  const [first, second] = [await make(), await make()];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body.api_key).not.toBe(first.body.api_key);
  expect(second.headers.get('idempotency-replayed')).toBeNull();
});

test('a list goes on where the page before ended', async () => {
  for (const name of ['a', 'b', 'c']) await team.api.post('/api/v1/api-keys', { name });
  const idsOf = ({ body }: Answer) => body.data.map(({ id }: { id: string }) => id) as string[];
  const all = idsOf(await team.api.get('/api/v1/api-keys?limit=200'));
  const first = await team.api.get('/api/v1/api-keys?limit=2');
  const second = await team.api.get(`/api/v1/api-keys?limit=200&cursor=${String(first.body.next_cursor)}`);
  expect([first.body.has_more, second.body.has_more, second.body.next_cursor]).toEqual([true, false, null]);
  expect([...idsOf(first), ...idsOf(second)]).toEqual(all);
});

test('nobody grants more than they hold, and a key without admin makes none', async () => {
  const admin = await rest.key(team, { scopes: ['read', 'admin'] });
  const { status, body } = await admin.post('/api/v1/api-keys', { name: 'more', scopes: ['write'] });
  expect([status, body.error.code]).toEqual([403, 'forbidden']);
  expect((await (await rest.key(team)).post('/api/v1/api-keys', { name: 'more' })).status).toBe(403);
});

test('a revoked key stops at once; a stranger revokes nothing', async () => {
  const agent = await rest.key(team);
  expect((await agent.get('/api/v1/auth/me')).status).toBe(200);
  expect((await stranger.api.delete(`/api/v1/api-keys/${agent.id}`)).status).toBe(404);
  expect((await agent.get('/api/v1/auth/me')).status).toBe(200);
  expect((await team.api.delete(`/api/v1/api-keys/${agent.id}`)).status).toBe(204);
  expect((await agent.get('/api/v1/auth/me')).status).toBe(401);
  expect((await team.api.delete(`/api/v1/api-keys/${agent.id}`)).status).toBe(204);
});

test('a key of its own limit is told so in the headers, and 429 says when to come back', async () => {
  const slow = await rest.key(team, { rate_limit: { capacity: 2, refillPerMinute: 1 } });
  const first = await slow.get('/api/v1/auth/me');
  expect(first.headers.get('ratelimit-policy')).toBe('"default";q=1;w=60');
  expect(first.headers.get('ratelimit')).toMatch(/^"default";r=1;t=\d+$/);
  expect(first.headers.get('x-ratelimit-limit')).toBe('2');
  await slow.get('/api/v1/auth/me');
  const third = await slow.get('/api/v1/auth/me');
  expect([third.status, third.body.error.code]).toEqual([429, 'rate_limited']);
  expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
});
