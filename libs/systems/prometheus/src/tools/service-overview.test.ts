import { expect, test } from '@jest/globals';
import { answer, callTool, contextThat, heard, refusal, ruleThatFires, vector } from '../prometheus.fixtures.ts';
import { serviceOverview } from './service-overview.ts';

const quiet = { alertRules: () => answer([]), activeAlerts: () => Promise.resolve([]) };

test('shows each signal with its query, and the alerts of this service', async () => {
  const context = contextThat({
    query: (query) => answer(query.includes('up{') ? vector([{}], '2') : vector([])),
    alertRules: () =>
      answer([
        ruleThatFires(
          'Slow',
          { service: 'checkout', namespace: 'shop' },
          { service: 'checkout', namespace: 'test' },
          { service: 'cart' },
        ),
      ]),
    activeAlerts: () => Promise.resolve([heard('Slow', { service: 'checkout', namespace: 'shop' }, ['silence-1'])]),
  });
  const reply = await callTool(serviceOverview, { service: 'checkout', namespace: 'shop' }, context);
  expect(reply).toMatchObject({
    ok: true,
    output: {
      summary: 'checkout: 2 of 7 signals known, 1 alert for it.',
      data: { alerts: [{ alertname: 'Slow', namespace: 'shop' }] },
      text: expect.stringContaining('instances_up: 2 instances  [sum(up{job="checkout",namespace="shop"})]'),
      scope: { service: 'checkout', label: 'job', window: '5m', namespace: 'shop' },
    },
  });
  expect(JSON.stringify(reply)).toContain('error_rate: no data');
  expect(JSON.stringify(reply)).toContain('alert Slow (no severity) since 2026-11-20T11:00:00Z, silenced');
});

test('what fails is said to have failed, beside what is known', async () => {
  const query = (text: string) =>
    text.includes('cpu') ? Promise.reject(refusal('Prometheus', 422, 'too many samples')) : answer(vector([{}], '2'));
  const context = contextThat({
    query,
    alertRules: () => Promise.reject(refusal('Prometheus', 404, 'no rules here')),
    activeAlerts: () => Promise.resolve([]),
  });
  const reply = await callTool(serviceOverview, { service: 'checkout' }, context);
  expect(reply).toMatchObject({
    ok: true,
    output: {
      summary: 'checkout: 6 of 7 signals known, its alerts could not be read.',
      data: { alerts: null },
      text: expect.stringContaining('cpu_usage: failed (too many samples)'),
    },
  });
});

test('nothing answered is a failure, not an overview', async () => {
  const away = () => Promise.reject(refusal('Prometheus', 503, 'starting'));
  expect(
    await callTool(serviceOverview, { service: 'checkout' }, contextThat({ ...quiet, query: away, alertRules: away })),
  ).toMatchObject({ ok: false, error: { code: 'unavailable' } });
});

test('a name is quoted, never pasted', async () => {
  const asked: string[] = [];
  const context = contextThat({ ...quiet, query: (text) => (asked.push(text), answer(vector([]))) });
  expect(await callTool(serviceOverview, { service: 'a"} or up{b="$window' }, context)).toMatchObject({
    ok: true,
    output: { hints: [expect.stringContaining('Nothing is known of')] },
  });
  expect(asked[0]).toBe('sum(up{job="a\\"} or up{b=\\"$window"})');
});

test('refuses a label that PromQL does not know', async () => {
  expect(await callTool(serviceOverview, { service: 'x', label: 'a-b' }, contextThat({}))).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', details: { fields: { label: expect.any(String) } } },
  });
});

test('asks what the connection says, where it says something', async () => {
  const context = contextThat(
    { ...quiet, query: () => answer(vector([{}], '7')) },
    { overview_queries: { queue: 'sum(depth{$selector}[$window])' } },
  );
  expect(await callTool(serviceOverview, { service: 'x', window: '1h' }, context)).toMatchObject({
    ok: true,
    output: { data: { signals: [{ name: 'queue', value: 7, query: 'sum(depth{job="x"}[1h])' }] } },
  });
});
