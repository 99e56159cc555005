import { expect, test } from '@jest/globals';
import { guardCost } from './cost-guardrail.ts';
import { answer, contextThat, NOON, refusal, vector } from './prometheus.fixtures.ts';
import type { PrometheusContext } from './context.ts';

const asked = (query: string, windowSeconds = 0) => ({ query, windowSeconds, time: NOON.getTime() / 1000 });

function guarded(mode: string, series: string, settings: Record<string, unknown> = {}): PrometheusContext {
  const context = contextThat(
    { query: () => answer(vector([{}], series)) },
    { cost_guardrail: mode, max_series: 100, max_range_hours: 24, ...settings },
  );
  return {
    ...context,
    signal: new AbortController().signal,
    call: { id: 'call_1', principal: 'ada' },
    now: () => NOON,
    connection: 'default',
    progress: () => undefined,
  };
}

test.each([
  ['selector', '{}', 0, '1'],
  ['window', 'rate(up[2d])', 0, '1'],
  ['window', 'rate(up[1h])', 24 * 3600, '1'],
  ['series', 'up', 0, '101'],
  ['selectors', Array.from({ length: 21 }, (_, index) => `m${String(index)}`).join(' + '), 0, '1'],
])(
  '%s: refuses in enforce with a rewrite, hints in shadow, is silent when off',
  async (rule, query, windowSeconds, series) => {
    const question = asked(query, windowSeconds);
    await expect(guardCost(question, guarded('enforce', series))).rejects.toMatchObject({
      code: 'invalid_input',
      details: { guardrail: rule },
      suggestion: expect.any(String),
    });
    expect(await guardCost(question, guarded('shadow', series))).toEqual([expect.stringMatching(/^Costly: /)]);
    expect(await guardCost(question, guarded('off', series))).toEqual([]);
  },
);

test('what is within all bounds passes', async () => {
  expect(await guardCost(asked('rate(up[1h])', 23 * 3600), guarded('enforce', '100'))).toEqual([]);
});

test('an estimate that cannot be had is no reason to refuse', async () => {
  const context = guarded('enforce', '0');
  const failing = {
    ...context,
    ...contextThat({ query: () => Promise.reject(refusal('Prometheus', 503, 'busy')) }, { cost_guardrail: 'enforce' }),
  };
  expect(await guardCost(asked('up'), failing)).toEqual([]);
});
