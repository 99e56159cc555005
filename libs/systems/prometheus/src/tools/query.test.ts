import { expect, test } from '@jest/globals';
import { answer, callTool, contextThat, NOON, refusal, vector } from '../prometheus.fixtures.ts';
import { query } from './query.ts';

test('says once what all series share, and one value a row', async () => {
  const context = contextThat({
    query: () =>
      answer(
        vector(
          [
            { __name__: 'up', job: 'api', instance: 'a' },
            { __name__: 'up', job: 'api', instance: 'b' },
          ],
          '0',
        ),
      ),
  });
  expect(await callTool(query, { query: 'up == 0' }, context)).toMatchObject({
    ok: true,
    output: {
      data: {
        common_labels: { __name__: 'up', job: 'api' },
        columns: ['instance', 'value'],
        rows: [
          ['a', 0],
          ['b', 0],
        ],
      },
      summary: '2 series at 2026-11-20T12:00:00Z.',
      text: 'All: up{job="api"}\ninstance | value\na | 0\nb | 0',
      scope: { query: 'up == 0', time: '2026-11-20T12:00:00Z' },
    },
  });
});

test('says which part of the query Prometheus refused', async () => {
  const context = contextThat({
    query: () => Promise.reject(refusal('Prometheus', 400, '1:5: parse error: unclosed left parenthesis')),
  });
  expect(await callTool(query, { query: 'sum(' }, context)).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: 'Prometheus refused: 1:5: parse error: unclosed left parenthesis.' },
  });
});

test('refuses a time that is none, before it asks', async () => {
  expect(await callTool(query, { query: 'up', time: 'yesterday' }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', details: { fields: { time: 'is not a time' } } },
  });
});

test('nothing found is no error, and the hint says what to try', async () => {
  const context = contextThat({ query: () => answer(vector([])) });
  const reply = await callTool(query, { query: 'nope' }, context);
  expect(reply).toMatchObject({
    ok: true,
    output: { summary: 'No series match at 2026-11-20T12:00:00Z.', text: '', page: { total: 0 } },
  });
  expect(JSON.stringify(reply)).toContain('list_metrics finds names');
});

test('of too many series it shows some, counts all and says by what to narrow', async () => {
  const many = Array.from({ length: 100_000 }, (_, index) => ({ job: 'api', pod: `p${String(index)}` }));
  const reply = await callTool(query, { query: 'up', limit: 3 }, contextThat({ query: () => answer(vector(many)) }));
  expect(reply).toMatchObject({
    ok: true,
    output: {
      page: { returned: 3, total: 100_000, truncated: true },
      hints: ['Narrow or aggregate; labels by number of values: pod (100000), job (1). topk(3, …) gives the highest.'],
    },
  });
});

test('keeps what JSON has no number for, and hands on what Prometheus warns of', async () => {
  const context = contextThat({
    query: () =>
      answer({ resultType: 'scalar' as const, result: [NOON.getTime() / 1000, '+Inf'] as [number, string] }, [
        'careful',
      ]),
  });
  expect(await callTool(query, { query: '1/0' }, context)).toMatchObject({
    ok: true,
    output: { data: { rows: [['+Inf']] }, hints: ['careful'] },
  });
});

test('a connection without a Prometheus says what to set', async () => {
  expect(await callTool(query, { query: 'up' }, { ...contextThat({}), prometheus: undefined })).toMatchObject({
    ok: false,
    error: {
      code: 'unavailable',
      message: 'The connection "default" names no Prometheus.',
      suggestion: expect.stringContaining('PROMETHEUS_URL'),
    },
  });
});
