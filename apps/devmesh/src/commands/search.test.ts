import { afterEach, expect, test } from '@jest/globals';
import type { SearchAnswer, SearchHit } from '@devmesh/memory';
import { errorAnswer, run, startFakeServer, type FakeServer } from '../cli/cli.fixtures.ts';

const hit: SearchHit = {
  text: 'user: why?\nassistant: the pool was exhausted',
  similarity: 0.87654,
  context_id: 'inc-42',
  metadata: {
    message_range: [0, 1],
    speakers: ['user', 'assistant'],
    chunk_type: 'conversation',
    said_at: '2026-05-04T10:00:00.000Z',
  },
  explanation: {
    mode: 'keyword',
    vector_rank: null,
    keyword_rank: 1,
    rrf: 0.016,
    cosine: null,
    similarity: 0.87654,
    matched_terms: ['pool'],
    ann: null,
    sentence: 'Number 1 by keywords: has "pool".',
  },
};
const answer: SearchAnswer = {
  results: [hit],
  data: [hit],
  mode: 'keyword',
  requested_mode: 'auto',
  below_threshold: 2,
  notes: ['Searched by keyword.'],
  hints: [],
  took_ms: 1,
};

let server: FakeServer | undefined;
afterEach(() => server?.close());
const serve = async () => (server = await startFakeServer({ 'POST /api/v1/search': () => ({ body: answer }) }));

test.each([[['search']], [['context', 'search']]])('%j finds passages, with notes on stderr', async (command) => {
  const at = await serve();
  const text = await run(at, [
    ...command,
    'pool',
    'exhausted',
    '--limit',
    '3',
    '--threshold',
    '0.5',
    '--mode',
    'auto',
    '--context',
    'a',
    '--context',
    'b',
    '--filter',
    'type=incident',
    '--filter',
    'n:={"$gte":2}',
    '--explain',
  ]);
  expect(text).toEqual({
    code: 0,
    stdout:
      '0.88  inc-42  message 0–1\n  Number 1 by keywords: has "pool".\n  user: why?\n  assistant: the pool was exhausted\n',
    stderr: 'Searched by keyword.\n',
  });
  expect(at.seen[0]?.body).toEqual({
    query: 'pool exhausted',
    limit: 3,
    similarity_threshold: 0.5,
    mode: 'auto',
    context_ids: ['a', 'b'],
    filters: { type: 'incident', n: { $gte: 2 } },
  });
  expect(JSON.parse((await run(at, [...command, 'pool', '-o', 'json'])).stdout)).toEqual(answer);
  expect((await run(at, [...command, 'pool', '-o', 'jsonl'])).stdout).toBe(`${JSON.stringify(hit)}\n`);
});

test('a mode that is not there says what to use instead', async () => {
  server = await startFakeServer({
    'POST /api/v1/search': () =>
      errorAnswer(503, 'unavailable', 'mode "semantic" needs embeddings.', { suggestion: 'Use mode "keyword".' }),
  });
  expect(await run(server, ['search', 'x', '--mode', 'semantic'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Next: Use mode "keyword".'),
  });
  expect(await run(server, ['search', 'x', '--threshold', '2'])).toMatchObject({ code: 2 });
});
