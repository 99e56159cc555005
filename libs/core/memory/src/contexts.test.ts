import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { AppendMessages, CreateContext, ListContexts, UpdateContext } from './inputs.ts';
import { freshViewer, memoryOver } from './test-memory.ts';
import type { TestMemory } from './test-memory.ts';

let store: Store;
let at: TestMemory;

beforeAll(async () => {
  store = await openTestStore();
  at = memoryOver(store.db);
}, 60_000);
afterAll(() => store.close());

const said = (content: string, role = 'user') => ({ role, content });

test('a context is made with the id that the client chose and read back as it was put', async () => {
  const viewer = freshViewer();
  const metadata = { type: 'ai_conversation', z: 1, a: { y: [1, 2.5, null], b: '\u0000"🚀\\' }, '10': 'ten' };
  const { context, created } = await at.memory.create(viewer, { id: 'conv-1', user_id: 'user123', metadata });
  expect(created).toBe(true);
  expect(context).toMatchObject({ id: 'conv-1', user_id: 'user123', version: 1, message_count: 0 });
  expect(JSON.stringify((await at.memory.get(viewer, 'conv-1')).metadata)).toBe(JSON.stringify(metadata));
});

test('the same id with the same user gives the existing context unchanged, with another user a conflict', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'conv', user_id: 'ann', metadata: { first: true } });
  const again = await at.memory.create(viewer, {
    id: 'conv',
    user_id: 'ann',
    metadata: { first: false },
    content: 'ignored',
  });
  expect(again).toMatchObject({ created: false, context: { version: 1, metadata: { first: true }, message_count: 0 } });
  await expect(at.memory.create(viewer, { id: 'conv', user_id: 'bob' })).rejects.toMatchObject({ code: 'conflict' });
  await expect(at.memory.create(viewer, { id: 'conv' })).rejects.toMatchObject({ code: 'conflict' });
});

test('content may be a string, one message or a list, and comes back as messages', async () => {
  const viewer = freshViewer();
  for (const [content, expected] of [
    ['AI agent context data', [{ role: 'user', content: 'AI agent context data' }]],
    [said('one', 'assistant'), [said('one', 'assistant')]],
    [
      [said('a'), 'b', { ...said('c'), extra: { z: 1, a: 2 } }],
      [said('a'), said('b'), { ...said('c'), extra: { z: 1, a: 2 } }],
    ],
  ] as const) {
    const { context } = await at.memory.create(viewer, CreateContext.parse({ content }));
    const read = await at.memory.get(viewer, context.id, { include_content: true });
    expect(JSON.stringify(read.content)).toBe(JSON.stringify(expected));
  }
});

test('a conversation under metadata.messages becomes rows and comes back byte for byte, at its place among the keys', async () => {
  const viewer = freshViewer();
  const messages = [
    { timestamp: '2026-11-20T10:00:00.123456', content: 'hi', role: 'user', n: 1e21, nested: { z: [], a: {} } },
    { role: 'assistant', content: null, tool_calls: [{ id: 'x', args: '{"a":1}' }] },
  ];
  const metadata = { type: 'chat', messages, after: 'the list' };
  await at.memory.create(viewer, { id: 'c', metadata });
  const read = await at.memory.get(viewer, 'c');
  expect(JSON.stringify(read.metadata)).toBe(JSON.stringify(metadata));
  expect(read.message_count).toBe(2);
});

test.each([[[]], ['not a list'], [['just', 'strings']], [{ a: 1 }], [null]])(
  'metadata.messages = %j is given back as it is',
  async (messages) => {
    const viewer = freshViewer();
    await at.memory.create(viewer, { id: 'c', metadata: { messages, x: 1 } });
    expect((await at.memory.get(viewer, 'c')).metadata).toEqual({ messages, x: 1 });
  },
);

test('a turn written the samples way, everything put back, costs one row', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'c', metadata: { type: 'chat' } });
  for (let turn = 0; turn < 5; turn++) {
    const current = await at.memory.get(viewer, 'c');
    const messages = [...((current.metadata['messages'] ?? []) as object[]), said(`turn ${turn}`)];
    await at.memory.update(viewer, 'c', { metadata: { ...current.metadata, messages } });
  }
  const rows = await store.db
    .selectFrom('memory_messages')
    .where('organization_id', '=', viewer.organizationId)
    .select(['sequence', 'created_at'])
    .execute();
  expect(rows.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4]);
  expect((await at.memory.get(viewer, 'c')).metadata).toEqual({
    type: 'chat',
    messages: [0, 1, 2, 3, 4].map((turn) => said(`turn ${turn}`)),
  });
});

test('a list that does not continue the stored one replaces it, and other messages keep their order without gaps', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, {
    id: 'c',
    content: 'from content',
    metadata: { messages: [said('a'), said('b'), said('c')] },
  });
  await at.memory.append(viewer, 'c', said('appended'));
  await at.memory.update(viewer, 'c', { metadata: { messages: [said('a'), said('B'), said('d')] } });
  const page = await at.memory.messages(viewer, 'c');
  expect(page.data.map(({ sequence, source, content }) => [sequence, source, content])).toEqual([
    [0, 'content', 'from content'],
    [1, 'metadata', 'a'],
    [2, 'append', 'appended'],
    [3, 'metadata', 'B'],
    [4, 'metadata', 'd'],
  ]);
  expect((await at.memory.get(viewer, 'c')).metadata).toEqual({ messages: [said('a'), said('B'), said('d')] });
});

test('metadata put without messages takes the stored list away', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'c', metadata: { messages: [said('a')] } });
  await at.memory.update(viewer, 'c', { metadata: { x: 1 } });
  expect(await at.memory.get(viewer, 'c')).toMatchObject({ metadata: { x: 1 }, message_count: 0 });
});

test('PATCH merges key by key and leaves the conversation alone', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'c', metadata: { a: 1, messages: [said('hi')], b: { x: 1 } } });
  const patched = await at.memory.patch(viewer, 'c', { metadata: { b: { y: 2 }, c: null } });
  expect(JSON.stringify(patched.metadata)).toBe(JSON.stringify({ a: 1, messages: [said('hi')], b: { y: 2 }, c: null }));
});

test('PUT content appends, with replace_content it takes the place of the old; metadata may come along', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'c', content: ['a', 'b'] });
  await at.memory.update(viewer, 'c', { content: 'c', metadata: { x: 1 } });
  const texts = async () =>
    (await at.memory.get(viewer, 'c', { include_content: true })).content?.map(({ content }) => content);
  expect(await texts()).toEqual(['a', 'b', 'c']);
  await at.memory.update(viewer, 'c', { content: ['a', 'z'], options: { replace_content: true } });
  expect(await texts()).toEqual(['a', 'z']);
  expect((await at.memory.get(viewer, 'c')).metadata).toEqual({ x: 1 });
});

test('a write over a version that somebody else has changed is a conflict that names both', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'c' });
  await at.memory.update(viewer, 'c', { metadata: { by: 'other' } }, 1);
  await expect(at.memory.update(viewer, 'c', { metadata: { by: 'me' } }, 1)).rejects.toMatchObject({
    code: 'conflict',
    details: { version: 2 },
  });
});

test('a context over its limit is refused with 413 and the numbers, and nothing of the write stays', async () => {
  const small = memoryOver(store.db, { maxContextBytes: 10_000 });
  const viewer = freshViewer();
  await small.memory.create(viewer, { id: 'c', content: 'x'.repeat(9_000) });
  const refusal = { code: 'invalid_input', httpStatus: 413, details: { limit_bytes: 10_000, added_bytes: 2_028 } };
  await expect(small.memory.append(viewer, 'c', said('y'.repeat(2_000)))).rejects.toMatchObject(refusal);
  await expect(
    small.memory.update(viewer, 'c', { metadata: { messages: [said('y'.repeat(2_000))] } }),
  ).rejects.toMatchObject({ httpStatus: 413 });
  await expect(small.memory.create(viewer, { content: 'z'.repeat(10_001) })).rejects.toMatchObject({ httpStatus: 413 });
  expect(await small.memory.get(viewer, 'c')).toMatchObject({ message_count: 1, version: 1, metadata: {} });
});

test('metadata over 64 KiB or nested without end is refused; its conversation does not count', async () => {
  const viewer = freshViewer();
  await expect(at.memory.create(viewer, { metadata: { big: 'x'.repeat(66_000) } })).rejects.toMatchObject({
    code: 'invalid_input',
    details: { limit_bytes: 65_536 },
  });
  const deep = JSON.parse('{"a":'.repeat(200) + '1' + '}'.repeat(200));
  await expect(at.memory.create(viewer, { metadata: deep })).rejects.toMatchObject({ code: 'invalid_input' });
  await at.memory.create(viewer, { metadata: { messages: [said('x'.repeat(100_000))] } });
});

test('a context ends at expires_at or after ttl_seconds, everywhere at once, and its id is free again', async () => {
  const viewer = freshViewer();
  const own = memoryOver(store.db);
  await own.memory.create(viewer, { id: 'c', ttl_seconds: 60, content: 'ephemeral checkout' });
  await own.memory.create(viewer, { id: 'stays', content: 'checkout stays' });
  await own.work();
  own.now = new Date(own.now.getTime() + 61_000);
  await expect(own.memory.get(viewer, 'c')).rejects.toMatchObject({ code: 'not_found' });
  await expect(own.memory.append(viewer, 'c', 'x')).rejects.toMatchObject({ code: 'not_found' });
  await expect(own.memory.messages(viewer, 'c')).rejects.toMatchObject({ code: 'not_found' });
  expect((await own.memory.list(viewer)).data.map(({ id }) => id)).toEqual(['stays']);
  expect((await own.memory.search(viewer, { query: 'checkout' })).results.map(({ context_id }) => context_id)).toEqual([
    'stays',
  ]);
  expect((await own.memory.create(viewer, { id: 'c', content: 'new' })).created).toBe(true);
});

test('the sweep deletes what has expired and corrects the counts of terms', async () => {
  const viewer = freshViewer();
  const own = memoryOver(store.db);
  await own.memory.create(viewer, { id: 'c', ttl_seconds: 60, content: 'ephemeral checkout' });
  await own.memory.create(viewer, { id: 'stays', content: 'checkout stays' });
  await own.work();
  own.now = new Date(own.now.getTime() + 61_000);
  expect((await own.memory.sweep()).expired).toBeGreaterThanOrEqual(1);
  expect(own.changes).toContain('c deleted');
  const terms = await store.db
    .selectFrom('memory_terms')
    .where('organization_id', '=', viewer.organizationId)
    .select(['term', 'pieces'])
    .execute();
  expect(Object.fromEntries(terms.map(({ term, pieces }) => [term, pieces]))).toEqual({ '': 1, checkout: 1, stay: 1 });
});

test('lists are filtered by fields, metadata and times, and paged by a cursor that nobody can forge', async () => {
  const viewer = freshViewer();
  for (let i = 0; i < 7; i++) {
    at.now = new Date(Date.UTC(2026, 10, 20, 10, i));
    await at.memory.create(viewer, {
      id: `c${i}`,
      user_id: i % 2 ? 'odd' : 'even',
      metadata: { type: i < 3 ? 'chat' : 'log', deep: { n: i }, session_id: 's1' },
    });
  }
  const ids = async (query: object) =>
    (await at.memory.list(viewer, ListContexts.parse(query))).data.map(({ id }) => id);
  expect(await ids({})).toEqual(['c6', 'c5', 'c4', 'c3', 'c2', 'c1', 'c0']);
  expect(await ids({ user_id: 'odd', type: 'log' })).toEqual(['c5', 'c3']);
  expect(await ids({ 'metadata.deep.n': '4' })).toEqual(['c4']);
  expect(await ids({ session_id: 's1', created_after: '2026-11-20T10:05:00' })).toEqual(['c6', 'c5']);
  const first = await at.memory.list(viewer, ListContexts.parse({ limit: '3' }));
  expect(first).toMatchObject({ has_more: true });
  const second = await at.memory.list(viewer, { limit: 10, cursor: first.next_cursor ?? '' });
  expect(second).toMatchObject({ has_more: false, next_cursor: null });
  expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(['c6', 'c5', 'c4', 'c3', 'c2', 'c1', 'c0']);
  await expect(at.memory.list(viewer, { cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_input' });
});

test('a list of contexts leaves the conversations out', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'c', metadata: { a: 1, messages: [said('x')] } });
  expect((await at.memory.list(viewer)).data[0]).toMatchObject({ metadata: { a: 1 }, message_count: 1 });
  expect((await at.memory.list(viewer)).data[0]?.metadata).not.toHaveProperty('messages');
});

test('messages are paged in order', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'c', content: Array.from({ length: 5 }, (_, i) => `m${i}`) });
  const first = await at.memory.messages(viewer, 'c', { limit: 2 });
  const rest = await at.memory.messages(viewer, 'c', { limit: 10, cursor: first.next_cursor ?? '' });
  expect([...first.data, ...rest.data].map(({ content }) => content)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  expect([first.has_more, rest.has_more]).toEqual([true, false]);
});

test.each(["'; DROP TABLE memory_contexts; --", '\0', '\uD800', '🚀', '"', '%', "a'b\\c", 'x'.repeat(255)])(
  'the id %j is safe',
  async (id) => {
    const viewer = freshViewer();
    const parsed = CreateContext.safeParse({ id, content: id, metadata: { [id]: id } });
    if (!parsed.success) expect(id).toContain('\0');
    else expect((await at.memory.create(viewer, parsed.data)).created).toBe(true);
    await at.memory.get(viewer, id).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'not_found' });
    });
    await at.memory.list(viewer, { 'metadata.x': id, user_id: id });
    await at.memory.search(viewer, { query: id, filters: { [id]: id, user_id: { $in: [id] } }, context_ids: [id] });
  },
);

test('unknown fields and wrong shapes are refused by the schemas', () => {
  expect(CreateContext.safeParse({ contnt: 'x' }).success).toBe(false);
  expect(UpdateContext.safeParse({ metadata: [] }).success).toBe(false);
  expect(ListContexts.safeParse({ usr: 'x' }).success).toBe(false);
  expect(AppendMessages.safeParse({ messages: [] }).success).toBe(false);
  expect(AppendMessages.safeParse([{ role: 7, content: 'x' }]).success).toBe(false);
  expect(CreateContext.safeParse({ id: 'x'.repeat(256) }).success).toBe(false);
});

test('changes are told once they are committed', async () => {
  const viewer = freshViewer();
  const own = memoryOver(store.db);
  await own.memory.create(viewer, { id: 'c', content: 'x checkout' });
  await own.memory.append(viewer, 'c', 'y');
  await own.work();
  await own.memory.remove(viewer, 'c');
  expect(own.changes).toEqual(['c created', 'c updated', 'c indexed', 'c deleted']);
});
