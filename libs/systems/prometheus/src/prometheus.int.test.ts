import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { newId, type ToolOutput, type ToolRunReply } from '@devmesh/contracts';
import { testTools } from '@devmesh/adapter/conformance';
import { prometheus } from './adapter.ts';
import type { PrometheusClients } from './context.ts';
import { PrometheusSettings } from './settings.ts';
import { createSilence } from './tools/create-silence.ts';
import { expireSilence } from './tools/expire-silence.ts';
import { firingAlerts } from './tools/firing-alerts.ts';
import { listMetrics } from './tools/list-metrics.ts';
import { listSilences } from './tools/list-silences.ts';
import { listTargets } from './tools/list-targets.ts';
import { queryRange } from './tools/query-range.ts';
import { query } from './tools/query.ts';
import { serviceOverview } from './tools/service-overview.ts';

// The real servers; absent ones fail. `DevMeshTestAlert` with service="checkout" always fires there.
const { callTool, prepareTool } = testTools(prometheus);
const made = new Set<string>();

function urlIn(name: 'TEST_PROMETHEUS_URL' | 'TEST_ALERTMANAGER_URL'): string {
  const url = process.env[name];
  if (url === undefined) throw new Error(`${name} is not set: npm run test:integration`);
  return url;
}

function clients(settings: Record<string, unknown> = {}): PrometheusClients {
  const parsed = PrometheusSettings.parse({ alertmanager_url: urlIn('TEST_ALERTMANAGER_URL'), ...settings });
  return prometheus.connect({
    name: 'default',
    environment: 'test',
    endpoint: urlIn('TEST_PROMETHEUS_URL'),
    settings: parsed,
    credential: {},
  });
}

function outputOf(reply: ToolRunReply): ToolOutput {
  if (reply.ok) return reply.output;
  throw new Error(`${reply.error.code}: ${reply.error.message}`);
}

beforeAll(async () => {
  // The alert must have arrived at Alertmanager.
  await until(async () => {
    const { data } = outputOf(await callTool(firingAlerts, { labels: { alertname: 'DevMeshTestAlert' } }, clients()));
    return (
      JSON.stringify(data['rows']).includes('DevMeshTestAlert') && !JSON.stringify(data['rows']).includes('unknown')
    );
  });
});

afterEach(async () => {
  for (const id of made) await callTool(expireSilence, { silence_id: id }, clients());
  made.clear();
});

async function silenced(matchers: Record<string, string>, callId = newId('call')) {
  const input = {
    matchers: Object.entries(matchers).map(([name, value]) => ({ name, value })),
    duration_minutes: 5,
    reason: 'an integration test',
  };
  const reply = await callTool(createSilence, input, { ...clients(), call: { id: callId, principal: 'integration' } });
  const id = String(outputOf(reply).data['silence_id']);
  made.add(id);
  return { reply, id, input, callId };
}

test('query: one series with its labels and the effective time', async () => {
  const output = outputOf(await callTool(query, { query: 'up{job="prometheus"}' }, clients()));
  expect(output).toMatchObject({
    data: { result_type: 'vector', columns: ['__name__', 'instance', 'job', 'value'] },
    sources: { prometheus: 'ok' },
  });
  expect(output.summary).toMatch(/^1 series at .*: 1\.$/);
});

test('query: scalars, strings, ranges and what is not a number', async () => {
  const first = async (text: string) =>
    (outputOf(await callTool(query, { query: text }, clients())).data['rows'] as unknown[][])[0]?.at(-1);
  expect(await first('scalar(vector(2))')).toBe(2);
  expect(await first('"hello"')).toBe('hello');
  expect(await first('vector(1) / 0')).toBe('+Inf');
  expect(await first('up{job="prometheus"}[5m]')).toBe(1);
});

test('query: a mistake comes back in the words of Prometheus', async () => {
  expect(await callTool(query, { query: 'sum(up' }, clients())).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('unclosed left parenthesis') },
  });
});

test('query_range: the course of a series on the grid that it says', async () => {
  const { data, scope } = outputOf(
    await callTool(queryRange, { query: 'up{job="prometheus"}', window: '5m', step: '30s' }, clients()),
  );
  const [series] = data['series'] as { points: [number, number][] }[];
  const times = series?.points.map(([at]) => at) ?? [];
  expect(times.length).toBeGreaterThan(0);
  expect(times.length).toBeLessThanOrEqual(11);
  for (const at of times) expect((at - (times[0] ?? 0)) % 30).toBeCloseTo(0, 3);
  expect(scope).toEqual({ query: 'up{job="prometheus"}', window: '5m', step: '30s' });
});

test('list_metrics: names with type and help; an unknown one is no error', async () => {
  const { data } = outputOf(await callTool(listMetrics, { match: 'http_requests_total' }, clients()));
  expect(data['rows']).toContainEqual(['prometheus_http_requests_total', 'counter', 'Counter of HTTP requests.']);
  expect(outputOf(await callTool(listMetrics, { match: 'no_such_metric' }, clients()))).toMatchObject({
    page: { returned: 0 },
  });
  expect(await callTool(listMetrics, { match: '(http' }, clients())).toMatchObject({
    ok: false,
    error: { code: 'invalid_input' },
  });
});

test('list_metrics: a cut list says so', async () => {
  expect(outputOf(await callTool(listMetrics, { match: 'prometheus_', limit: 2 }, clients()))).toMatchObject({
    page: { returned: 2, truncated: true },
    summary: expect.stringContaining('More than 2'),
  });
});

test('list_targets: what is scraped, and the jobs there are', async () => {
  expect(outputOf(await callTool(listTargets, { job: 'prometheus' }, clients()))).toMatchObject({
    data: { jobs: { prometheus: { up: 1 } } },
    summary: '1 target of job "prometheus": 1 up.',
  });
  expect(outputOf(await callTool(listTargets, { job: 'nope' }, clients()))).toMatchObject({
    hints: [expect.stringContaining('prometheus')],
  });
});

test('service_overview: what is known of a job, and what is not is not zero', async () => {
  const output = outputOf(await callTool(serviceOverview, { service: 'prometheus' }, clients()));
  const states = Object.fromEntries(
    (output.data['signals'] as { name: string; state: string }[]).map(({ name, state }) => [name, state]),
  );
  expect(states).toMatchObject({ instances: 'ok', memory_usage: 'ok', error_rate: 'no_data' });
  expect(outputOf(await callTool(serviceOverview, { service: 'checkout' }, clients()))).toMatchObject({
    data: { alerts: [{ alertname: 'DevMeshTestAlert' }] },
    hints: [expect.stringContaining('Nothing is known')],
  });
});

test('firing_alerts: the alert with its rule, and its silence as soon as there is one', async () => {
  const input = { labels: { alertname: 'DevMeshTestAlert' } };
  expect(outputOf(await callTool(firingAlerts, input, clients()))).toMatchObject({
    data: { rules: { DevMeshTestAlert: ['vector(1)'] } },
    page: { total: 1 },
    sources: { alertmanager: 'ok' },
  });
  const { id } = await silenced({ alertname: 'DevMeshTestAlert' });
  // Alertmanager marks an alert as silenced when it next looks at it.
  await until(async () => JSON.stringify(outputOf(await callTool(firingAlerts, input, clients())).data).includes(id));
  expect(outputOf(await callTool(firingAlerts, input, clients())).summary).toContain('1 silenced');
});

test('a silence: shown, made, verified by its call, ended, and restored', async () => {
  const service = newId('svc');
  const { reply, id, input, callId } = await silenced({ service });
  expect(reply).toMatchObject({ ok: true, undo: { tool: 'prometheus.expire_silence', input: { silence_id: id } } });

  // Another silence of this alert may just have ended: Alertmanager takes a moment to hear it again.
  const loud = { ...input, matchers: [{ name: 'alertname', value: 'DevMeshTestAlert' }] };
  await until(async () => {
    const look = await prepareTool(createSilence, loud, clients());
    return (
      look.ok &&
      (look.prepared.diff ?? '').includes('- DevMeshTestAlert {service="checkout", severity="warning"} since')
    );
  });

  const found = await callTool(listSilences, { comment_contains: callId, state: 'any' }, clients());
  expect(outputOf(found)).toMatchObject({
    page: { returned: 1 },
    data: {
      rows: [
        [
          id,
          'active',
          `service="${service}"`,
          expect.any(String),
          expect.any(String),
          'integration',
          `an integration test (${callId})`,
        ],
      ],
    },
  });

  const look = await prepareTool(expireSilence, { silence_id: id }, clients());
  if (!look.ok) throw new Error(look.error.message);
  const ended = await callTool(expireSilence, { silence_id: id }, { ...clients(), prepared: look.prepared });
  expect(outputOf(ended)).toMatchObject({ data: { silence_id: id, minutes_left: 5 } });
  expect(outputOf(await callTool(listSilences, look.verify?.input ?? {}, clients()))).toMatchObject({
    page: { returned: 1 },
  });
  expect(await callTool(expireSilence, { silence_id: id }, clients())).toMatchObject({
    ok: false,
    error: { code: 'conflict' },
  });

  const back = await callTool(createSilence, (ended.ok && ended.undo?.input) || {}, clients());
  made.add(String(outputOf(back).data['silence_id']));
  expect(outputOf(await callTool(listSilences, { comment_contains: callId }, clients()))).toMatchObject({
    page: { returned: 1 },
  });
});

test('a silence that nobody made, and an id that is none', async () => {
  expect(
    await prepareTool(expireSilence, { silence_id: '8a1c0f9e-5d0b-4a52-9d4e-2f6f0a1b2c3d' }, clients()),
  ).toMatchObject({ ok: false, error: { code: 'not_found' } });
  expect(await prepareTool(expireSilence, { silence_id: 'abc' }, clients())).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('uuid') },
  });
});

test('a bad pattern is refused by Alertmanager before a person is asked', async () => {
  const input = { matchers: [{ name: 'service', value: '(', op: '=~' }], duration_minutes: 5, reason: 'test' };
  expect(await prepareTool(createSilence, input, clients())).toMatchObject({
    ok: false,
    error: { code: 'invalid_input', message: expect.stringContaining('missing closing') },
  });
});

test('guardrail: refuses, hints or is silent, as the connection says', async () => {
  const dear = { query: 'count(prometheus_http_requests_total)' };
  const tight = { max_series: 1, max_range_hours: 1 };
  for (const input of [dear, { query: '{}' }, { query: 'max_over_time(up[2h])' }]) {
    expect(await callTool(query, input, clients(tight))).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', details: { guardrail: expect.any(String) } },
    });
  }
  expect(await callTool(queryRange, { query: 'up', window: '2h' }, clients(tight))).toMatchObject({
    ok: false,
    error: { details: { guardrail: 'window' } },
  });
  const shadow = outputOf(await callTool(query, dear, clients({ ...tight, cost_guardrail: 'shadow' })));
  expect(shadow.hints?.[0]).toMatch(
    /^Costly: The selector prometheus_http_requests_total touches \d+ series; 1 are allowed\./,
  );
  expect(outputOf(await callTool(query, dear, clients({ ...tight, cost_guardrail: 'off' }))).hints).toEqual([]);
});

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 200));
}
