import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { freshViewer, memoryOver } from './test-memory.ts';
import type { TestMemory } from './test-memory.ts';

let store: Store;
let at: TestMemory;
const viewer = freshViewer();

const FACTS: Record<number, string> = {
  3: 'My GitHub project is acme/storefront, the default branch is trunk.',
  9: 'The nightly backup of the orders database failed with ERR_SNAPSHOT_QUOTA on Tuesday.',
  15: 'Pod cart-6c4d5f7b9-qq8zt in namespace shop is restarting every four minutes.',
  22: 'We agreed to rotate the TLS certificates for api.acme.example every sixty days.',
  28: 'The incident commander for the outage was Priya, and the root cause was an expired token.',
  37: 'Grafana shows p99 latency of the search service at 2.4 seconds since release v3.9.1.',
  44: 'Terraform state is locked by a run from laptop 10.8.0.23.',
};
const SMALL_TALK = [
  'Sure, let me look at that.',
  'Thanks, that helps a lot.',
  'Anything else I should check for you today?',
  'Please go on with the next step.',
  'Done, the change was applied without errors.',
];

beforeAll(async () => {
  store = await openTestStore();
  at = memoryOver(store.db);
  await at.memory.create(viewer, {
    id: 'conv-s1',
    user_id: 'user123',
    metadata: { type: 'ai_conversation', model: 'gpt-4-turbo', session_id: 's1' },
  });
  for (let turn = 0; turn < 50; turn++) {
    // As the samples do it: read the whole context, push one message, put all of it back.
    const current = await at.memory.get(viewer, 'conv-s1');
    const messages = [...((current.metadata['messages'] ?? []) as object[])];
    const content = FACTS[turn] ?? `${SMALL_TALK[turn % SMALL_TALK.length] ?? ''} (${turn})`;
    messages.push({
      role: turn % 2 ? 'assistant' : 'user',
      content,
      timestamp: `2026-11-20T10:${String(turn).padStart(2, '0')}:00.000001`,
    });
    await at.memory.update(viewer, 'conv-s1', { metadata: { ...current.metadata, messages } });
    await at.work();
  }
}, 60_000);
afterAll(() => store.close());

test.each([
  ['ERR_SNAPSHOT_QUOTA', 9],
  ['cart-6c4d5f7b9-qq8zt', 15],
  ['api.acme.example', 22],
  ['v3.9.1', 37],
  ['10.8.0.23', 44],
  ['acme/storefront', 3],
  ['Why did the nightly backup of the orders database fail?', 9],
  ['Which pod keeps restarting in the shop namespace?', 15],
  ['How often do we rotate certificates?', 22],
  ["Who was the incident commander, and what was the outage's root cause?", 28],
  ['What is the latency of the search service?', 37],
  ['Who holds the lock on the terraform state?', 44],
  ['What is the default branch of my project?', 3],
])('in a conversation put back whole on every turn, "%s" finds message %i', async (query, message) => {
  const { results } = await at.memory.search(viewer, {
    query,
    context_ids: null,
    limit: 3,
    similarity_threshold: 0.75,
    filters: { user_id: 'user123', type: 'ai_conversation' },
  });
  const [first, last] = results[0]?.metadata.message_range ?? [-1, -1];
  expect(message).toBeGreaterThanOrEqual(first);
  expect(message).toBeLessThanOrEqual(last);
  expect(results[0]?.text).toContain(FACTS[message]);
});

test('what was never said is not found above the threshold', async () => {
  for (const query of ['ERR_QUOTA_UNKNOWN_7', 'cart-6c4d5f7b9-aaaaa', 'kafka consumer lag']) {
    expect((await at.memory.search(viewer, { query, similarity_threshold: 0.75 })).results).toEqual([]);
  }
});
