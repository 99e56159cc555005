import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { freshViewer, memoryOver } from './test-memory.ts';
import type { TestMemory } from './test-memory.ts';
import type { Viewer } from './viewer.ts';

let store: Store;
let at: TestMemory;

beforeAll(async () => {
  store = await openTestStore();
  at = memoryOver(store.db);
}, 60_000);
afterAll(() => store.close());

const said = (content: string, role = 'user') => ({ role, content });

test("a key bound to one user sees, changes and makes only that one's contexts", async () => {
  const anyone = freshViewer();
  const ann = { ...anyone, contextUserId: 'ann' };
  await at.memory.create(anyone, { id: 'bobs', user_id: 'bob', content: 'secret checkout' });
  await at.memory.create(ann, { id: 'anns', content: 'my checkout' });
  await at.work();
  expect((await at.memory.get(ann, 'anns')).user_id).toBe('ann');
  for (const attempt of [
    () => at.memory.get(ann, 'bobs'),
    () => at.memory.messages(ann, 'bobs'),
    () => at.memory.append(ann, 'bobs', 'x'),
    () => at.memory.update(ann, 'bobs', { metadata: {} }),
    () => at.memory.remove(ann, 'bobs'),
    () => at.memory.searchContext(ann, 'bobs', { query: 'checkout' }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
  expect((await at.memory.list(ann)).data.map(({ id }) => id)).toEqual(['anns']);
  expect(
    (await at.memory.search(ann, { query: 'secret checkout' })).results.map(({ context_id }) => context_id),
  ).toEqual(['anns']);
  await expect(at.memory.create(ann, { user_id: 'bob' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(at.memory.create(ann, { id: 'bobs' })).rejects.toMatchObject({ code: 'conflict' });
});

test('another organisation finds nothing of it by id, list, message or search', async () => {
  const [a, b] = [freshViewer(), freshViewer()];
  await at.memory.create(a, { id: 'shared-id', content: 'TOKEN_OF_A lives in vault', metadata: { type: 'x' } });
  await at.memory.create(b, { id: 'shared-id', content: 'harmless vault words' });
  await at.work();
  expect((await at.memory.get(b, 'shared-id', { include_content: true })).content).toEqual([
    said('harmless vault words'),
  ]);
  const found = await at.memory.search(b, { query: 'TOKEN_OF_A vault', context_ids: ['shared-id'] });
  expect(found.results.map(({ text }) => text)).toEqual(['user: harmless vault words']);
  expect((await at.memory.search(b, { query: 'vault', filters: { type: 'x' } })).results).toEqual([]);
  await at.memory.remove(b, 'shared-id');
  expect((await at.memory.get(a, 'shared-id')).message_count).toBe(1);
});

/** Everything that takes a context's id. A function that is missing here is missing a test. */
const BY_ID: Record<string, (viewer: Viewer, id: string) => Promise<unknown>> = {
  get: (viewer, id) => at.memory.get(viewer, id, { include_content: true, relevant_to: 'vault' }),
  messages: (viewer, id) => at.memory.messages(viewer, id),
  append: (viewer, id) => at.memory.append(viewer, id, 'x'),
  update: (viewer, id) => at.memory.update(viewer, id, { metadata: {} }),
  patch: (viewer, id) => at.memory.patch(viewer, id, { metadata: {} }),
  remove: (viewer, id) => at.memory.remove(viewer, id),
  searchContext: (viewer, id) => at.memory.searchContext(viewer, id, { query: 'vault' }),
};

test.each(Object.keys(BY_ID))("%s answers another organisation's id as one that does not exist", async (name) => {
  const owner = freshViewer();
  await at.memory.create(owner, { id: 'theirs', content: 'the vault', metadata: { messages: [said('of ours')] } });
  await at.work();
  const attempt = (viewer: Viewer, id: string) =>
    BY_ID[name]!(viewer, id).catch((error: unknown) => String(error).replace(id, 'ID'));
  const foreign = await attempt(freshViewer(), 'theirs');
  expect(foreign).toBe(await attempt(owner, 'no-such'));
  expect(await at.memory.get(owner, 'theirs')).toMatchObject({ version: 1, message_count: 2 });
});

test('words, counts and pieces of one organisation never show in the search of another', async () => {
  const [a, b] = [freshViewer(), freshViewer()];
  for (let i = 0; i < 10; i++) await at.memory.create(a, { content: `checkout confidential ${i}` });
  await at.memory.create(b, { id: 'own', content: 'checkout' });
  await at.work();
  const answer = await at.memory.search(b, { query: 'checkout confidential', similarity_threshold: 0.9 });
  expect(answer).toMatchObject({ results: [{ context_id: 'own', similarity: 1 }], below_threshold: 0 });
  expect(answer.notes).toContain('Found nowhere: "confidential".');
});

test('indexing for one organisation cannot be pointed at the context of another', async () => {
  const [a, b] = [freshViewer(), freshViewer()];
  await at.memory.create(a, { id: 'c', content: 'text of a' });
  expect(await at.memory.indexContext({ organizationId: b.organizationId, contextId: 'c' })).toEqual({
    written: 0,
    removed: 0,
  });
  expect(await at.memory.reindexContext(b.organizationId, 'c')).toEqual({ written: 0, removed: 0 });
});

test('who is bound to one user is not told which words others use', async () => {
  const anyone = freshViewer();
  await at.memory.create(anyone, { user_id: 'bob', content: 'merger with acme' });
  await at.work();
  const bound = { ...anyone, contextUserId: 'ann' };
  const notes = async (query: string) => (await at.memory.search(bound, { query })).notes;
  expect(await notes('merger')).toEqual(await notes('divorce'));
});
