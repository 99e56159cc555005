import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';

let rest: Rest;
let team: Tenant;
let stranger: Tenant;

beforeAll(async () => {
  rest = await openRest();
  team = await rest.register();
  stranger = await rest.register();
  await team.api.post('/api/v1/contexts', {
    id: 'incident',
    user_id: 'alice',
    metadata: { type: 'incident' },
    content: [
      { role: 'user', content: 'Checkout answers 502 since the deploy of 14:05, error ERR-90210 in the gateway log.' },
      { role: 'assistant', content: 'Rolled back; the connection pool of the payments database was exhausted.' },
    ],
  });
  await team.api.post('/api/v1/contexts', { id: 'lunch', content: 'We order noodles on Fridays.' });
  await rest.jobs.done();
});
afterAll(() => rest.close());

test('an identifier and a question both find the passage, best first, under results and data', async () => {
  for (const query of ['ERR-90210', 'why was the payments database exhausted?']) {
    const { status, body } = await team.api.post('/api/v1/search', { query, similarity_threshold: 0.3 });
    expect(status).toBe(200);
    expect(body.results[0]).toMatchObject({
      context_id: 'incident',
      text: expect.any(String),
      similarity: expect.any(Number),
      metadata: { message_range: [expect.any(Number), expect.any(Number)] },
      explanation: { mode: 'keyword', matched_terms: expect.any(Array), sentence: expect.any(String) },
    });
    expect(body.data).toEqual(body.results);
    expect(body).toMatchObject({ mode: 'keyword', requested_mode: 'auto', below_threshold: expect.any(Number) });
  }
});

test('context_ids narrow: an empty list finds nothing, null means all', async () => {
  const ids = async (context_ids: unknown) =>
    (await team.api.post('/api/v1/search', { query: 'ERR-90210', context_ids })).body.results.map(
      ({ context_id }: { context_id: string }) => context_id,
    );
  expect(await ids([])).toEqual([]);
  expect(await ids(['lunch'])).toEqual([]);
  expect(await ids(null)).toEqual(['incident']);
});

test('filters match the context’s own fields and metadata, and include brings it along', async () => {
  const search = async (filters: object) =>
    (await team.api.post('/api/v1/search', { query: 'ERR-90210', filters, include: ['context'] })).body.results;
  expect(await search({ user_id: 'alice', type: { $in: ['incident'] } })).toMatchObject([
    { context: { id: 'incident', metadata: { type: 'incident' } } },
  ]);
  expect(await search({ user_id: 'bob' })).toEqual([]);
});

test('what needs embeddings is unavailable and says what to use', async () => {
  for (const mode of ['semantic', 'hybrid']) {
    const { status, body } = await team.api.post('/api/v1/search', { query: 'x', mode });
    expect([status, body.error.code, body.error.suggestion]).toEqual([
      503,
      'unavailable',
      expect.stringContaining('keyword'),
    ]);
  }
});

test('another organisation finds nothing of it', async () => {
  const { body } = await stranger.api.post('/api/v1/search', { query: 'ERR-90210', context_ids: ['incident'] });
  expect(body.results).toEqual([]);
});
