import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLamps, serveLamps, TOKEN, type Lamps } from '../lamps.fixtures.ts';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';
import { until } from '../until.fixtures.ts';

let rest: Rest;
let lamps: Lamps;
let stopLamps: () => Promise<void>;
let team: Tenant;
let stranger: Tenant;

beforeAll(async () => {
  rest = await openRest();
  lamps = createLamps();
  stopLamps = await serveLamps(rest, lamps);
  team = await rest.register();
  stranger = await rest.register();
});
afterAll(async () => {
  await stopLamps();
  await rest.close();
});

const connection = (name: string) => ({
  system: 'lamp',
  name,
  environment: 'staging',
  endpoint: 'http://lamps.test',
  settings: { shelf: 'low' },
  credential: { token: TOKEN },
});

test('a credential goes in and never comes out, and the adapter gets it', async () => {
  const made = await team.api.post('/api/v1/connections', connection('secret'));
  expect(made).toMatchObject({
    status: 201,
    body: { system: 'lamp', name: 'secret', environment: 'staging', settings: { shelf: 'low' }, has_credential: true },
  });
  expect([made.headers.get('location'), made.headers.get('etag')]).toEqual([
    `/api/v1/connections/${made.body.id}`,
    '"1"',
  ]);
  const read = await team.api.get(`/api/v1/connections/${made.body.id}`);
  const list = await team.api.get('/api/v1/connections');
  for (const { text } of [made, read, list]) expect(text).not.toContain(TOKEN);
  expect(read.body).toEqual(made.body);
  expect(list.body).toMatchObject({ data: [made.body], next_cursor: null, has_more: false });
  await team.api.post('/api/v1/tools/lamp_list_lamps/execute', { connection: 'secret' });
  expect(lamps.vendor.tokens).toContain(TOKEN);
});

test('a repeat under one idempotency key makes nothing, answers the same, and keeps no credential', async () => {
  const send = (name: string) =>
    team.api.post('/api/v1/connections', connection(name), { 'idempotency-key': 'connect-once' });
  const [first, second] = [await send('once'), await send('once')];
  expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(second.headers.get('idempotency-replayed')).toBe('true');
  expect(second.headers.get('location')).toBe(first.headers.get('location'));
  expect((await send('twice')).status).toBe(422);
  const kept = JSON.stringify(await rest.store.db.selectFrom('idempotent_posts').selectAll().execute());
  expect(kept).not.toContain(TOKEN);
});

test('what the system does not know of itself is refused, each field by its name', async () => {
  const bad = { ...connection('bad'), settings: { shelf: 7 }, credential: { tokn: 'x' } };
  const { status, body } = await team.api.post('/api/v1/connections', bad);
  expect([status, body.error.code]).toEqual([400, 'invalid_input']);
  expect(Object.keys(body.error.details.fields)[0]).toMatch(/^settings/);
});

test('an unknown system is 404 with the nearest name', async () => {
  const { status, body } = await team.api.post('/api/v1/connections', { ...connection('x'), system: 'lamps' });
  expect([status, body.error.suggestion]).toEqual([404, expect.stringContaining('lamp')]);
});

test('a change with an old ETag is 409; with the read one it is made', async () => {
  const { body } = await team.api.post('/api/v1/connections', connection('changing'));
  const path = `/api/v1/connections/${body.id}`;
  const change = (tag: string, name: string) => team.api.patch(path, { name }, { 'if-match': tag });
  expect(await change('"1"', 'changed')).toMatchObject({ status: 200, body: { name: 'changed', version: 2 } });
  expect((await change('"1"', 'lost')).status).toBe(409);
  expect((await change('"no-version-of-ours"', 'lost')).status).toBe(409);
  expect((await change('1', 'lost')).status).toBe(400);
  const read = await team.api.get(path);
  expect([read.body.name, read.headers.get('etag')]).toEqual(['changed', '"2"']);
});

test('a stored credential does not follow to another address', async () => {
  const { body } = await team.api.post('/api/v1/connections', connection('rooted'));
  const moved = await team.api.patch(`/api/v1/connections/${body.id}`, { endpoint: 'http://elsewhere.test' });
  expect([moved.status, Object.keys(moved.body.error.details.fields)]).toEqual([400, ['credential']]);
});

test('a test is a real read over that very connection', async () => {
  const { body } = await team.api.post('/api/v1/connections', connection('tested'));
  const path = `/api/v1/connections/${body.id}/test`;
  const good = await team.api.post(path);
  expect(good).toMatchObject({ status: 200, body: { ok: true, checks: [{ tool: 'lamp.list_lamps', ok: true }] } });
  lamps.vendor.isDown = true;
  const bad = await team.api.post(path);
  lamps.vendor.isDown = false;
  expect(bad).toMatchObject({
    status: 200,
    body: { ok: false, checks: [{ ok: false, error: { code: 'unavailable' } }] },
  });
  const call = await until(async () => {
    const { status, body: seen } = await team.api.get(`/api/v1/calls/${String(good.body.checks[0].call_id)}`);
    return status === 200 ? seen.call : undefined;
  });
  expect(call).toMatchObject({ tool: 'lamp.list_lamps', connection: 'tested', door: 'rest' });
});

test('a key that may call none of its reads is told that nothing can be asked', async () => {
  const { body } = await team.api.post('/api/v1/connections', connection('hidden'));
  const narrow = await rest.key(team, { scopes: ['read'], toolset: 'memory' });
  const { status, body: answer } = await narrow.post(`/api/v1/connections/${body.id}/test`);
  expect([status, answer.error.code, answer.error.retryable]).toEqual([503, 'unavailable', false]);
});

test('only admin changes; only what is one’s own is there', async () => {
  const { body } = await team.api.post('/api/v1/connections', connection('own'));
  const path = `/api/v1/connections/${body.id}`;
  const reader = await rest.key(team);
  expect((await reader.get(path)).status).toBe(200);
  expect((await reader.post('/api/v1/connections', connection('no'))).status).toBe(403);
  expect((await reader.delete(path)).status).toBe(403);
  expect((await stranger.api.get('/api/v1/connections')).body.data).toEqual([]);
  expect((await stranger.api.get(path)).status).toBe(404);
  expect((await stranger.api.patch(path, { name: 'mine' })).status).toBe(404);
  expect((await stranger.api.post(`${path}/test`)).status).toBe(404);
  expect((await stranger.api.delete(path)).status).toBe(404);
  expect((await team.api.delete(path)).status).toBe(204);
  expect((await team.api.get(path)).status).toBe(404);
});
