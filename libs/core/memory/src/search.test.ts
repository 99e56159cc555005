import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { Search } from './inputs.ts';
import type { SearchRequest } from './search.ts';
import { similarityOfShare, shareOfSimilarity } from './similarity.ts';
import { freshViewer, memoryOver } from './test-memory.ts';
import type { TestMemory } from './test-memory.ts';

let store: Store;
let at: TestMemory;
const viewer = freshViewer();

const texts = {
  oom: 'The checkout pod checkout-7d9f8b6c5-x2x7k was OOMKilled with exit code 137, the memory limit was 256Mi',
  pool: 'Payments answered ERR_POOL_EXHAUSTED because the database connection pool was configured with five connections',
  release: 'We released v1.14.2 of the gateway from commit 9fceb02d0ae598e95dc970b74767f19372d61af8 on Friday',
  disk: 'Node ip-10-0-3-17 (10.0.3.17) reported DiskPressure, /var/log/containers had filled the disk',
  dns: 'CoreDNS was restarted after lookups for the inventory service timed out',
};

beforeAll(async () => {
  store = await openTestStore();
  at = memoryOver(store.db);
  for (const [id, content] of Object.entries(texts)) {
    await at.memory.create(viewer, {
      id,
      user_id: id.length > 3 ? 'ann' : 'bob',
      content,
      metadata: { type: 'incident', severity: id.length, tags: ['prod', id], at: '2026-11-20T10:00:00Z' },
    });
  }
  await at.work();
}, 60_000);
afterAll(() => store.close());

const ids = async (request: SearchRequest) =>
  (await at.memory.search(viewer, request)).results.map(({ context_id }) => context_id);

test.each([
  ['checkout-7d9f8b6c5-x2x7k', 'oom'],
  ['ERR_POOL_EXHAUSTED', 'pool'],
  ['err_pool_exhausted', 'pool'],
  ['v1.14.2', 'release'],
  ['1.14.2', 'release'],
  ['9fceb02', 'release'],
  ['9fceb02d0ae598e95dc970b74767f19372d61af8', 'release'],
  ['10.0.3.17', 'disk'],
  ['/var/log/containers', 'disk'],
  ['Why was the checkout pod killed?', 'oom'],
  ['how many connections does the payments database pool have', 'pool'],
  ['which version of the gateway did we release on friday?', 'release'],
  ['what happened when inventory lookups were timing out', 'dns'],
])('"%s" finds the passage it is about, first and above 0.75', async (query, id) => {
  const { results } = await at.memory.search(viewer, { query, similarity_threshold: 0.75 });
  expect(results[0]).toMatchObject({ context_id: id });
});

test('the answer has the shape that clients read', async () => {
  const answer = await at.memory.search(viewer, Search.parse({ query: 'why OOMKilled?', include: ['context'] }));
  expect(answer).toMatchObject({ mode: 'keyword', requested_mode: 'auto', below_threshold: 0 });
  expect(answer.data).toBe(answer.results);
  expect(answer.took_ms).toBeGreaterThan(0);
  expect(answer.notes[0]).toContain('keyword');
  expect(answer.results[0]).toEqual({
    text: `user: ${texts.oom}`,
    similarity: 1,
    context_id: 'oom',
    metadata: {
      message_range: [0, 0],
      speakers: ['user'],
      chunk_type: 'conversation',
      said_at: '2026-11-20T10:00:00.000Z',
    },
    explanation: {
      mode: 'keyword',
      vector_rank: null,
      keyword_rank: 1,
      rrf: 0.016393,
      cosine: null,
      similarity: 1,
      matched_terms: expect.arrayContaining(['OOMKilled']),
      ann: null,
      sentence: expect.stringContaining('"OOMKilled"'),
    },
    context: expect.objectContaining({
      id: 'oom',
      user_id: 'bob',
      metadata: expect.objectContaining({ type: 'incident' }),
    }),
  });
});

test('similarity is the covered share of the rarity, on the fixed scale', () => {
  expect([0, 0.25, 0.5, 0.75, 1].map(similarityOfShare)).toEqual([0.3, 0.5, 0.7, 0.85, 1]);
  for (const share of [0.1, 0.5, 0.6, 1]) expect(shareOfSimilarity(similarityOfShare(share))).toBeCloseTo(share, 3);
});

test('the threshold gates the similarity of every hit, and what fell is counted', async () => {
  const all = await at.memory.search(viewer, { query: 'checkout pod DiskPressure' });
  expect(all.results.length).toBe(2);
  const strict = await at.memory.search(viewer, { query: 'checkout pod DiskPressure', similarity_threshold: 0.7 });
  expect(strict.results.every(({ similarity }) => similarity >= 0.7)).toBe(true);
  expect(strict.results.length + strict.below_threshold).toBe(2);
});

test('words found nowhere do not lower the similarity, an identifier found nowhere does', async () => {
  expect((await at.memory.search(viewer, { query: 'OOMKilled xylophone' })).results[0]?.similarity).toBe(1);
  const unknown = await at.memory.search(viewer, { query: 'checkout-5555-zzzzz' });
  expect(unknown.results[0]?.similarity ?? 0).toBeLessThan(0.75);
  expect(unknown.notes.join()).toContain('checkout-5555-zzzzz');
});

test.each([
  [{ user_id: 'ann' }, ['pool', 'disk', 'release']],
  [{ user_id: { $ne: 'ann' } }, ['oom', 'dns']],
  [{ type: 'incident', user_id: { $in: ['bob', 'x'] } }, ['oom', 'dns']],
  [{ severity: { $gte: 4, $lte: 4 } }, ['pool', 'disk']],
  [{ 'metadata.severity': 7 }, ['release']],
  [{ tags: { $contains: 'dns' } }, ['dns']],
  [{ context_id: { $contains: 'oo' } }, ['oom', 'pool']],
  [{ speakers: { $contains: 'user' } }, ['oom', 'pool', 'release', 'disk', 'dns']],
  [{ speakers: { $contains: 'assistant' } }, []],
  [{ at: { $gte: '2026-11-21' } }, []],
  [
    { created_at: { $gte: '2026-11-20T10:00:00', $lte: '2026-11-20T12:00:00+02:00' } },
    ['oom', 'pool', 'release', 'disk', 'dns'],
  ],
  [{ type: 'other' }, []],
  [{ nothing: { $ne: 'x' } }, ['oom', 'pool', 'release', 'disk', 'dns']],
  [{ type: { $in: [] } }, []],
])('filters %j', async (filters, expected) => {
  const query = 'checkout ERR_POOL_EXHAUSTED gateway DiskPressure CoreDNS';
  expect((await ids({ query, filters })).sort()).toEqual([...expected].sort());
});

test('an unknown operator is refused with the ones there are', async () => {
  await expect(ids({ query: 'x', filters: { type: { $like: 'a' } } })).rejects.toMatchObject({
    code: 'invalid_input',
    suggestion: expect.stringContaining('$contains'),
  });
});

test('a filter nested without end is refused, not followed', async () => {
  const deep: unknown = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
  await expect(ids({ query: 'x', filters: { type: { $contains: deep } } })).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

test('context_ids limits the search, null and absent mean all, an empty list finds nothing', async () => {
  expect(await ids({ query: 'service pod', context_ids: ['dns'] })).toEqual(['dns']);
  expect(await ids({ query: 'checkout', context_ids: null })).toEqual(['oom']);
  expect(await at.memory.search(viewer, { query: 'checkout', context_ids: [] })).toMatchObject({
    results: [],
    notes: expect.arrayContaining([expect.stringContaining('empty list')]),
  });
  await expect(at.memory.searchContext(viewer, 'no-such', { query: 'x' })).rejects.toMatchObject({ code: 'not_found' });
});

test.each([
  [{ query: '' }, 'The query is empty.'],
  [{ query: 'what is it that you are' }, 'only words that are in every text'],
  [{ query: 'xylophone' }, 'Found nowhere: "xylophone"'],
  [{ query: 'checkout', context_ids: ['nope'] }, 'None of the given context_ids exists.'],
  [{ query: 'pod checkout disk ERR_X', similarity_threshold: 1 }, 'below similarity_threshold'],
] as const)('an empty answer says why: %j', async (request, reason) => {
  const { results, notes, hints } = await at.memory.search(viewer, request as SearchRequest);
  expect(results).toEqual([]);
  expect(notes.join(' ')).toContain(reason);
  expect(hints.length).toBeGreaterThan(0);
});

test('semantic and hybrid say what they need', async () => {
  for (const mode of ['semantic', 'hybrid'] as const) {
    await expect(at.memory.search(viewer, { query: 'x', mode })).rejects.toMatchObject({
      code: 'unavailable',
      suggestion: expect.stringContaining('keyword'),
    });
  }
});

test.each([
  ['SQL', "'; DROP TABLE memory_pieces; --"],
  ['tsquery syntax', '"quoted" & (weird) | :* <-> ! \'a\':*'],
  ['an apostrophe', "it's"],
  ['NUL', '\0'],
  ['half a surrogate pair', '\uD800'],
  ['emoji', '🚀🚀'],
  ['a backslash', '\\'],
  ['51,000 characters of words', 'x '.repeat(25_500)],
  ['a word of 51,000 characters', 'y'.repeat(51_000)],
])('a query with %s is safe, and what else it asks for is found', async (_name, query) => {
  await at.memory.search(viewer, { query });
  expect(await ids({ query: `${query} OOMKilled`, limit: 1 })).toEqual(['oom']);
});

test('hits of one context never show the same text twice', async () => {
  const own = freshViewer();
  const content = Array.from({ length: 40 }, (_, i) => ({
    role: 'user',
    content: `step ${i}: the rollout of checkout continues ${'with care '.repeat(8)}`,
  }));
  content.push({ role: 'user', content: 'A long log of the rollout. '.repeat(100) });
  await at.memory.create(own, { id: 'c', content });
  await at.work();
  const { results } = await at.memory.search(own, { query: 'rollout', limit: 100 });
  const ranges = results
    .filter(({ metadata }) => !metadata.character_range)
    .map(({ metadata }) => metadata.message_range)
    .sort((a, b) => a[0] - b[0]);
  expect(ranges.length).toBeGreaterThan(8);
  ranges.slice(1).forEach(([first], index) => {
    expect(first).toBeGreaterThan(ranges[index]![1]);
  });
  expect(ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))).toEqual([
    ...Array(40).keys(),
  ]);
});

test('the best pieces within a token budget', async () => {
  const own = freshViewer();
  await at.memory.create(own, {
    id: 'c',
    content: Array.from({ length: 50 }, (_, i) => ({
      role: 'user',
      content: `note ${i}: ${i % 10 ? 'nothing of interest was said here today' : 'the certificate expires'} ${'padding '.repeat(20)}`,
    })),
  });
  await at.work();
  const { relevant, relevant_tokens } = await at.memory.get(own, 'c', {
    relevant_to: 'when does the certificate expire?',
    max_tokens: 300,
  });
  expect(relevant?.[0]?.text).toContain('certificate');
  expect(relevant_tokens).toBeLessThanOrEqual(300);
  expect(relevant?.length).toBeGreaterThan(1);
  const newest = await at.memory.get(own, 'c', { include_content: true, max_tokens: 200 });
  expect(newest.content_truncated).toBe(true);
  expect(newest.content?.at(-1)).toMatchObject({ content: expect.stringContaining('note 49') });
});

test('a search is measured', async () => {
  await ids({ query: 'checkout' });
  expect(await at.text()).toMatch(/mcp_search_duration_seconds_count\{.*mode="keyword".*\} \d+/);
});
