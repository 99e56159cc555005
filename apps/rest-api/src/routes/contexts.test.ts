import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';
import { until } from '../until.fixtures.ts';

let rest: Rest;
let team: Tenant;
let stranger: Tenant;

beforeAll(async () => {
  rest = await openRest();
  team = await rest.register();
  stranger = await rest.register();
});
afterAll(() => rest.close());

test('the id that a client chose comes back at the top and under data, with where and which version', async () => {
  const id = 'conv-4f0c/ä?#';
  const made = await team.api.post('/api/v1/contexts', {
    id,
    user_id: 'alice',
    name: 'First',
    metadata: { type: 'chat' },
  });
  expect(made).toMatchObject({ status: 201, body: { id, user_id: 'alice', data: { id, metadata: { type: 'chat' } } } });
  expect([made.headers.get('etag'), made.headers.get('location')]).toEqual([
    '"1"',
    `/api/v1/contexts/${encodeURIComponent(id)}`,
  ]);
  const read = await team.api.get(made.headers.get('location') ?? '');
  const { data, ...top } = made.body;
  expect([read.body, data]).toEqual([made.body, top]);
});

test('the same id of the same user is the existing one, unchanged; of another it is 409', async () => {
  const send = (user_id: string, name: string) => team.api.post('/api/v1/contexts', { id: 'taken', user_id, name });
  await send('alice', 'first');
  expect(await send('alice', 'second')).toMatchObject({
    status: 200,
    body: { id: 'taken', name: 'first', version: 1 },
  });
  expect((await send('bob', 'third')).status).toBe(409);
});

test('an idempotency key makes one context, and its answer comes again with its headers', async () => {
  const send = (content: string) =>
    team.api.post('/api/v1/contexts', { content }, { 'idempotency-key': 'one-context' });
  const [first, second] = await Promise.all([send('x'), send('x')]);
  expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
  expect([first, second].map(({ headers }) => headers.get('idempotency-replayed')).sort()).toEqual(
    [null, 'true'].sort(),
  );
  for (const name of ['etag', 'location']) expect(second.headers.get(name)).toBe(first.headers.get(name));
  expect(await send('y')).toMatchObject({ status: 422, body: { error: { code: 'conflict' } } });
  const elsewhere = await stranger.api.post('/api/v1/contexts', { content: 'x' }, { 'idempotency-key': 'one-context' });
  expect([elsewhere.status, elsewhere.body.id === first.body.id]).toEqual([201, false]);
});

test('metadata.messages, read, extended by one and put back whole, comes back exactly, turn after turn', async () => {
  const id = 'conv-samples';
  const path = `/api/v1/contexts/${id}`;
  const metadata = { type: 'ai_conversation', z: 1, a: { nested: [1, null, 'x'] }, messages: [] as unknown[] };
  await team.api.post('/api/v1/contexts', { id, user_id: 'alice', metadata });
  for (let turn = 0; turn < 12; turn++) {
    const { body: read } = await team.api.get(path);
    const message = {
      role: turn % 2 === 0 ? 'user' : 'assistant',
      content: `turn ${String(turn)}`,
      extra: { n: turn },
      timestamp: '2026-01-01T00:00:00Z',
    };
    const next = { ...read.metadata, messages: [...read.metadata.messages, message] };
    const put = await team.api.put(path, { metadata: next });
    expect([put.status, put.body.metadata]).toEqual([200, next]);
    expect(JSON.stringify(put.body.metadata)).toBe(JSON.stringify(next));
  }
  const { body } = await team.api.get(path);
  expect([body.metadata.messages.length, body.message_count, body.version]).toEqual([12, 12, 13]);
  expect(body.metadata.a).toEqual(metadata.a);
  const { body: messages } = await team.api.get(`${path}/messages?limit=5`);
  expect(messages).toMatchObject({
    has_more: true,
    data: [{ role: 'user', content: 'turn 0', sequence: 0, source: 'metadata' }, {}, {}, {}, {}],
  });
  const rest2 = await team.api.get(`${path}/messages?limit=50&cursor=${String(messages.next_cursor)}`);
  expect(rest2.body.data.map(({ content }: { content: string }) => content)[0]).toBe('turn 5');
});

test('of two writers that read the same version the second loses with 409, for PUT and PATCH', async () => {
  const { body, headers } = await team.api.post('/api/v1/contexts', { metadata: { a: 1 } });
  const path = `/api/v1/contexts/${String(body.id)}`;
  const ifMatch = { 'if-match': headers.get('etag') ?? '' };
  const won = await team.api.put(path, { metadata: { a: 2 } }, ifMatch);
  expect([won.status, won.headers.get('etag')]).toEqual([200, '"2"']);
  for (const send of [team.api.put, team.api.patch]) {
    const { status, body: lost } = await send(path, { metadata: { a: 3 } }, ifMatch);
    expect([status, lost.error.details.version]).toEqual([409, 2]);
  }
  expect((await team.api.put(path, { metadata: {} }, { 'if-match': '"abc"' })).status).toBe(409);
  expect((await team.api.put(path, { metadata: {} }, { 'if-match': 'abc' })).status).toBe(400);
  const merged = await team.api.patch(path, { metadata: { b: 1 } }, { 'if-match': '*' });
  expect(merged.body.metadata).toEqual({ a: 2, b: 1 });
});

test('a read carries its ETag, with its content too, and is 304 for whoever has it', async () => {
  const { body } = await team.api.post('/api/v1/contexts', {
    content: [{ role: 'user', content: 'hello' }, 'and this'],
  });
  const path = `/api/v1/contexts/${String(body.id)}?include_content=true`;
  const read = await team.api.get(path);
  expect(read.body.content).toMatchObject([{ role: 'user', content: 'hello' }, { content: 'and this' }]);
  expect(read.headers.get('etag')).toBe('"1"');
  const again = await team.api.get(path, { 'if-none-match': '"1"' });
  expect([again.status, again.text]).toEqual([304, '']);
});

test.each([
  ['one message', { role: 'user', content: 'a' }, 1],
  [
    'a list',
    [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
    2,
  ],
  ['messages', { messages: [{ role: 'user', content: 'a' }, 'b', { role: 'user', content: 'c' }] }, 3],
])('append takes %s', async (_what, messages, count) => {
  const { body } = await team.api.post('/api/v1/contexts', {});
  const appended = await team.api.post(`/api/v1/contexts/${String(body.id)}/messages`, messages);
  expect(appended).toMatchObject({
    status: 201,
    body: { context_id: body.id, appended: count, first_sequence: 0, last_sequence: count - 1, message_count: count },
  });
});

test('of eight that append at one time none is lost, and a repeat under its key adds nothing', async () => {
  const { body } = await team.api.post('/api/v1/contexts', {});
  const path = `/api/v1/contexts/${String(body.id)}/messages`;
  const append = (n: number) =>
    team.api.post(path, { role: 'user', content: String(n) }, { 'idempotency-key': `append-${String(n)}` });
  await Promise.all(Array.from({ length: 8 }, (_, n) => append(n)));
  const repeat = await append(3);
  expect([repeat.status, repeat.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  const { body: all } = await team.api.get(path);
  expect(all.data.map(({ sequence }: { sequence: number }) => sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(new Set(all.data.map(({ content }: { content: string }) => content)).size).toBe(8);
});

test('a list is filtered by fields and by metadata, and goes on by cursor', async () => {
  for (let n = 0; n < 3; n++)
    await team.api.post('/api/v1/contexts', {
      user_id: 'lister',
      session_id: 's1',
      metadata: { type: 'note', team: { name: 'blue' }, n },
    });
  const list = async (query: string) => (await team.api.get(`/api/v1/contexts?user_id=lister&${query}`)).body;
  expect((await list('session_id=s1&type=note&metadata.team.name=blue')).data).toHaveLength(3);
  expect((await list('metadata.n=1')).data).toHaveLength(1);
  expect((await list('type=other')).data).toEqual([]);
  const first = await list('limit=2');
  const second = await list(`limit=2&cursor=${String(first.next_cursor)}`);
  expect([first.data.length, first.has_more, second.data.length, second.has_more]).toEqual([2, true, 1, false]);
  const misspelt = await team.api.get('/api/v1/contexts?usr_id=lister');
  expect([misspelt.status, misspelt.body.error.suggestion]).toEqual([400, expect.stringContaining('user_id')]);
});

test('what is asked for is found within the budget, and searched within one context', async () => {
  const { body } = await team.api.post('/api/v1/contexts', {
    content: [
      { role: 'user', content: 'The checkout service pages us with ERR-4711 every night.' },
      'Nothing else of note.',
    ],
  });
  await rest.jobs.done();
  const path = `/api/v1/contexts/${String(body.id)}`;
  const read = await team.api.get(`${path}?relevant_to=ERR-4711&max_tokens=200`);
  expect(read.body.relevant[0].text).toContain('ERR-4711');
  expect(read.body.relevant_tokens).toBeLessThanOrEqual(200);
  expect(read.headers.get('etag')).toBeNull();
  const found = await team.api.post(`${path}/search`, { query: 'ERR-4711' });
  expect(found).toMatchObject({ status: 200, body: { mode: 'keyword', results: [{ context_id: body.id }] } });
});

test('default scopes read and write contexts; other scopes do not', async () => {
  const agent = await rest.key(team);
  const made = await agent.post('/api/v1/contexts', { content: 'x' });
  expect(made.status).toBe(201);
  expect((await agent.get(`/api/v1/contexts/${String(made.body.id)}`)).status).toBe(200);
  const reader = await rest.key(team, { scopes: ['memory:read'] });
  expect((await reader.get(`/api/v1/contexts/${String(made.body.id)}`)).status).toBe(200);
  expect((await reader.post('/api/v1/contexts', {})).status).toBe(403);
  const observer = await rest.key(team, { scopes: ['prometheus:read'] });
  for (const path of ['/api/v1/contexts', `/api/v1/contexts/${String(made.body.id)}`]) {
    const { status, body } = await observer.get(path);
    expect([status, body.error.details]).toEqual([
      403,
      { reason: 'scope', needed: 'memory:read', held: ['prometheus:read'] },
    ]);
    expect(body.error.suggestion).toContain('--scope memory:read');
  }
  expect((await observer.post('/api/v1/search', { query: 'x' })).status).toBe(403);
});

test('a key bound to one user finds and makes only that one’s', async () => {
  await team.api.post('/api/v1/contexts', { id: 'of-alice', user_id: 'alice' });
  const bound = await rest.key(team, { context_user_id: 'bob' });
  expect((await bound.get('/api/v1/contexts/of-alice')).status).toBe(404);
  expect((await bound.post('/api/v1/contexts', { user_id: 'alice' })).status).toBe(403);
  const made = await bound.post('/api/v1/contexts', {});
  expect(made.body.user_id).toBe('bob');
  expect((await bound.get('/api/v1/contexts')).body.data.map(({ id }: { id: string }) => id)).toEqual([made.body.id]);
});

test('another organisation’s context is not there, by any method', async () => {
  await team.api.post('/api/v1/contexts', { id: 'mine', content: 'secret plan' });
  const path = '/api/v1/contexts/mine';
  const answers = [
    await stranger.api.get(path),
    await stranger.api.put(path, { metadata: {} }),
    await stranger.api.patch(path, { metadata: {} }),
    await stranger.api.post(`${path}/messages`, { role: 'user', content: 'x' }),
    await stranger.api.get(`${path}/messages`),
    await stranger.api.post(`${path}/search`, { query: 'plan' }),
    await stranger.api.delete(path),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
  expect((await team.api.get(path)).body.version).toBe(1);
});

test('deleted is gone, with its messages', async () => {
  const { body } = await team.api.post('/api/v1/contexts', { content: 'x' });
  const path = `/api/v1/contexts/${String(body.id)}`;
  const gone = await team.api.delete(path);
  expect([gone.status, gone.text]).toEqual([204, '']);
  expect((await team.api.get(path)).status).toBe(404);
  expect((await team.api.get(`${path}/messages`)).status).toBe(404);
  expect((await team.api.delete(path)).status).toBe(404);
});

test('an unknown field is refused with the nearest name', async () => {
  const { status, body } = await team.api.post('/api/v1/contexts', { contents: 'x' });
  expect([status, body.error.suggestion]).toEqual([400, expect.stringContaining('content')]);
});

test('over 10 MB it is 413 with the limit, in one piece or by appending', async () => {
  const half = 'x'.repeat(6 * 1024 * 1024);
  const { body } = await team.api.post('/api/v1/contexts', { content: half });
  for (const answer of [
    await team.api.post('/api/v1/contexts', { content: half + half.slice(0, 5 * 1024 * 1024) }),
    await team.api.post(`/api/v1/contexts/${String(body.id)}/messages`, { role: 'user', content: half }),
    await team.api.post('/api/v1/contexts', { content: half + half + half }),
  ])
    expect([answer.status, answer.body.error.details.limit_bytes > 0]).toEqual([413, true]);
  // Nobody waits for its pieces.
  await team.api.delete(`/api/v1/contexts/${String(body.id)}`);
});

test('every change over REST leaves an audit line with who made it', async () => {
  const id = 'audited';
  await team.api.post('/api/v1/contexts', { id, content: 'one' });
  await team.api.post(`/api/v1/contexts/${id}/messages`, { role: 'user', content: 'two' });
  await team.api.patch(`/api/v1/contexts/${id}`, { metadata: { state: 'solved' } });
  await team.api.delete(`/api/v1/contexts/${id}`);
  const actions = async () => {
    const { body } = await team.api.get(`/api/v1/audit?target=${id}`);
    return body.data.map((line: { action: string }) => line.action);
  };
  await until(async () => ((await actions()).length === 4 ? true : undefined));
  expect(await actions()).toEqual(['context.deleted', 'context.updated', 'context.appended', 'context.created']);
});
