import { expect, test } from '@jest/globals';
import { answer, callTool, contextThat, refusal } from '../prometheus.fixtures.ts';
import { listMetrics } from './list-metrics.ts';

const described = {
  http_seconds: [{ type: 'histogram', help: 'Latency.', unit: '' }],
  size_count: [{ type: 'gauge', help: 'A count.', unit: '' }],
};

test('finds names with the type and help of their family', async () => {
  const context = contextThat({
    metricNames: () => answer(['http_seconds_bucket', 'size_count', 'other']),
    metadata: () => answer(described),
  });
  expect(await callTool(listMetrics, { match: 'http' }, context)).toMatchObject({
    ok: true,
    output: {
      data: {
        rows: [
          ['http_seconds_bucket', 'histogram', 'Latency.'],
          ['size_count', 'gauge', 'A count.'],
          ['other', '', ''],
        ],
      },
      summary: '3 metrics for "http".',
      page: { total: 3, truncated: false },
    },
  });
});

test('says what is wrong with the pattern', async () => {
  const context = contextThat({
    metricNames: () => Promise.reject(refusal('Prometheus', 400, 'error parsing regexp: missing closing )')),
    metadata: () => answer({}),
  });
  expect(await callTool(listMetrics, { match: '(http' }, context)).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('missing closing') },
  });
});

test('refuses to list everything', async () => {
  expect(await callTool(listMetrics, { match: '' }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', details: { fields: { match: expect.any(String) } } },
  });
});

test('quotes what is searched for, never pastes it', async () => {
  const asked: string[] = [];
  const context = contextThat({
    metricNames: (matcher) => (asked.push(matcher), answer([])),
    metadata: () => answer({}),
  });
  await callTool(listMetrics, { match: '"} or {a="' }, context);
  expect(asked).toEqual(['{__name__=~".*(?:\\"} or {a=\\").*"}']);
});

test('names stand without descriptions, which it says', async () => {
  const context = contextThat({
    metricNames: () => answer(['a', 'b', 'c']),
    metadata: () => Promise.reject(refusal('Prometheus', 503, 'no')),
  });
  expect(await callTool(listMetrics, { match: 'abc', limit: 2 }, context)).toMatchObject({
    ok: true,
    output: {
      summary: 'More than 2 metrics match "abc".',
      page: { returned: 2, truncated: true },
      hints: [expect.stringContaining('limit'), 'Types and help could not be had.'],
    },
  });
});
