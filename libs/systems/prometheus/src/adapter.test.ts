import { describeAdapter } from '@devmesh/adapter/conformance';
import { prometheus } from './adapter.ts';
import type { PrometheusClients } from './context.ts';
import {
  answer,
  contextThat,
  heard,
  NOON,
  refusal,
  ruleThatFires,
  silence,
  SILENCE_ID,
  target,
  vector,
} from './prometheus.fixtures.ts';
import { UpstreamError } from './upstream-error.ts';

const lost = new UpstreamError('Alertmanager', 'lost', 'Alertmanager broke the connection before it answered.', {
  write: true,
});

describeAdapter(prometheus, {
  context: healthy,
  flooded,
  now: () => NOON,
  connection: {
    endpoint: 'http://prometheus:9090',
    settings: { alertmanager_url: 'http://alertmanager:9093' },
    credential: { username: 'metrics-reader', password: 'correct horse battery' },
  },
  environment: {
    config: {
      PROMETHEUS_URL: 'http://p:9090',
      ALERTMANAGER_URL: 'http://a:9093',
      PROMETHEUS_TOKEN: 'tok-0123456789',
      PROMETHEUS_ENVIRONMENT: 'prod',
    },
    secrets: ['tok-0123456789'],
  },
  failures: [
    {
      name: 'cannot be reached',
      thrown: () =>
        new UpstreamError('Prometheus', 'unreachable', 'Prometheus cannot be reached (ECONNREFUSED).', { write: true }),
      code: 'unavailable',
    },
    { name: 'breaks the connection', thrown: () => lost, code: 'upstream_failed', outcomeUnknown: true },
    { name: 'refuses the input', thrown: () => refusal('Prometheus', 400, 'parse error'), code: 'invalid_input' },
    { name: 'cannot execute it', thrown: () => refusal('Prometheus', 422, 'too many samples'), code: 'invalid_input' },
    { name: 'refuses the credential', thrown: () => refusal('Prometheus', 401, 'no'), code: 'forbidden' },
    { name: 'asks to slow down', thrown: () => refusal('Prometheus', 429, 'slow down'), code: 'rate_limited' },
    { name: 'is not ready', thrown: () => refusal('Prometheus', 503, 'starting'), code: 'unavailable' },
    {
      name: 'takes too long itself',
      thrown: () =>
        new UpstreamError('Prometheus', 'refused', 'query timed out', { status: 503, errorType: 'timeout' }),
      code: 'timeout',
    },
    {
      name: 'answers a page',
      thrown: () =>
        new UpstreamError(
          'Prometheus',
          'unreadable',
          'Prometheus answered with something that is not JSON (text/html).',
          { status: 200 },
        ),
      code: 'upstream_failed',
    },
    {
      name: 'redirects',
      thrown: () =>
        new UpstreamError('Prometheus', 'unreadable', 'Prometheus answered with a redirect.', {
          status: 302,
          write: true,
        }),
      code: 'upstream_failed',
    },
    {
      name: 'answers too much',
      thrown: () =>
        new UpstreamError('Prometheus', 'too_large', 'Prometheus answered more than 32 MiB.', { status: 200 }),
      code: 'upstream_failed',
    },
    {
      name: 'breaks down in the middle of a write',
      thrown: () => new UpstreamError('Alertmanager', 'refused', 'boom', { status: 500, write: true }),
      code: 'upstream_failed',
      outcomeUnknown: true,
    },
    {
      name: 'answers a write with a page',
      thrown: () =>
        new UpstreamError('Alertmanager', 'unreadable', 'Alertmanager answered with something that is not JSON.', {
          status: 200,
          write: true,
        }),
      code: 'upstream_failed',
      outcomeUnknown: true,
    },
  ],
});

function healthy(): PrometheusClients {
  return contextThat(
    {
      query: () =>
        answer(
          vector([
            { job: 'checkout', instance: 'a' },
            { job: 'checkout', instance: 'b' },
          ]),
        ),
      queryRange: () =>
        answer([
          {
            metric: { job: 'checkout' },
            values: [
              [1_763_640_000, '1'],
              [1_763_640_060, '2'],
            ],
          },
        ]),
      metricNames: () => answer(['http_requests_total']),
      metadata: () => answer({ http_requests_total: [{ type: 'counter', help: 'Requests.', unit: '' }] }),
      targets: () => answer([target('checkout', 'up'), target('cart', 'down', 'connection refused')]),
      alertRules: () => answer([ruleThatFires('HighLatency', { service: 'checkout', severity: 'critical' })]),
      activeAlerts: () => Promise.resolve([heard('HighLatency', { service: 'checkout', severity: 'critical' })]),
      silences: () => Promise.resolve([silence()]),
      silence: () => Promise.resolve(silence()),
      createSilence: () => Promise.resolve(SILENCE_ID),
      expireSilence: () => Promise.resolve(),
    },
    {},
  );
}

// Thousands of everything, each with long labels.
function flooded(): PrometheusClients {
  const many = Array.from({ length: 5000 }, (_, index) => ({
    service: 'checkout',
    instance: `checkout-${String(index)}.some.where.example.com:8080`,
    pod: `checkout-6d4cf56db6-${String(index)}`,
  }));
  const values = Array.from({ length: 60 }, (_, index): [number, string] => [
    1_763_640_000 + index * 60,
    '0.12345678901234567',
  ]);
  const loud = many.map((labels) => heard('HighLatency', labels));
  return {
    ...healthy(),
    ...contextThat({
      query: () => answer(vector(many)),
      queryRange: () => answer(many.map((metric) => ({ metric, values }))),
      metricNames: () => answer(many.map((_, index) => `http_request_number_${String(index)}_seconds_bucket`)),
      metadata: () => answer({}),
      targets: () =>
        answer(many.map(({ instance }) => target(instance, 'down', 'dial tcp: connection refused '.repeat(50)))),
      alertRules: () => answer([ruleThatFires('HighLatency', ...many)]),
      activeAlerts: () => Promise.resolve(loud),
      silences: () => Promise.resolve(many.map(({ pod }) => silence({ id: pod, comment: 'because '.repeat(200) }))),
      silence: () => Promise.resolve(silence({ comment: 'because '.repeat(200) })),
      createSilence: () => Promise.resolve(SILENCE_ID),
      expireSilence: () => Promise.resolve(),
    }),
  };
}
