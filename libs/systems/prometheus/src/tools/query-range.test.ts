import { expect, test } from '@jest/globals';
import type { PrometheusClient } from '../prometheus-client.ts';
import { answer, callTool, contextThat, NOON, refusal } from '../prometheus.fixtures.ts';
import { queryRange } from './query-range.ts';

const at = (minute: number) => NOON.getTime() / 1000 + minute * 60;

test('gives the course of a series with its figures, gaps and all', async () => {
  const series = {
    metric: { job: 'api' },
    values: [
      [at(0), '1'],
      [at(1), 'NaN'],
      [at(2), '5.5'],
    ] as [number, string][],
  };
  expect(
    await callTool(queryRange, { query: 'rate(x[5m])' }, contextThat({ queryRange: () => answer([series]) })),
  ).toMatchObject({
    ok: true,
    output: {
      data: {
        series: [
          {
            min: 1,
            max: 5.5,
            avg: 3.25,
            last: 5.5,
            points: [
              [at(0), 1],
              [at(1), 'NaN'],
              [at(2), 5.5],
            ],
          },
        ],
      },
      summary: '1 series over 1h, one point every 62 s: min 1 avg 3.25 max 5.5 last 5.5.',
      text: '{job="api"} min 1 avg 3.25 max 5.5 last 5.5\n2026-11-20T12:00:00Z 1\n2026-11-20T12:01:00Z NaN\n2026-11-20T12:02:00Z 5.5',
      scope: { query: 'rate(x[5m])', window: '1h', step: '62s' },
    },
  });
});

test('says what Prometheus could not do', async () => {
  const context = contextThat({
    queryRange: () =>
      Promise.reject(refusal('Prometheus', 422, 'query processing would load too many samples into memory')),
  });
  expect(await callTool(queryRange, { query: 'x' }, context)).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('too many samples') },
  });
});

test('refuses a window that is none', async () => {
  for (const window of ['an hour', '0s', '100ms']) {
    expect(await callTool(queryRange, { query: 'x', window }, contextThat({}))).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', message: expect.stringContaining('window') },
    });
  }
});

test.each([
  [{}, 62, 59],
  [{ points: 300, window: '24h' }, 289, 299],
  [{ points: 300, window: '1m' }, 15, 5],
  [{ step: '10m' }, 600, 7],
  [{ step: '1s' }, 62, 59],
])(
  'never asks for more points than were allowed, nor for more than one in 15 s: %j',
  async (input, stepSeconds, count) => {
    const asked: Parameters<PrometheusClient['queryRange']>[1][] = [];
    await callTool(
      queryRange,
      { query: 'x', ...input },
      contextThat({ queryRange: (_query, range) => (asked.push(range), answer([])) }),
    );
    const [range] = asked;
    if (!range) throw new Error('it did not ask');
    expect(range.stepSeconds).toBe(stepSeconds);
    expect(Math.floor((range.end - range.start) / range.stepSeconds) + 1).toBe(count);
    expect(range.end).toBe(at(0));
  },
);

test('many series are told by their figures; none is cut in half', async () => {
  const many = Array.from({ length: 30 }, (_, index) => ({
    metric: { pod: String(index) },
    values: [
      [at(0), '1'],
      [at(1), '2'],
    ] as [number, string][],
  }));
  const reply = await callTool(queryRange, { query: 'x' }, contextThat({ queryRange: () => answer(many) }));
  if (!reply.ok) throw new Error(reply.error.message);
  expect(reply.output).toMatchObject({
    page: { returned: 10, total: 30, truncated: true },
    hints: [expect.stringContaining('pod (30)')],
  });
  expect(reply.output.text?.split('\n')).toHaveLength(10);
});
