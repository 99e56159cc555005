import { testTools } from '@devmesh/adapter/conformance';
import { prometheus } from './adapter.ts';
import type { ActiveAlert, AlertmanagerClient, Silence } from './alertmanager-client.ts';
import type { PrometheusClients } from './context.ts';
import type { InstantResult, PrometheusClient, RuleGroup, Target } from './prometheus-client.ts';
import { PrometheusSettings } from './settings.ts';
import { UpstreamError } from './upstream-error.ts';

/** The time of all fakes. */
export const NOON = new Date('2026-11-20T12:00:00Z');
const NOON_SECONDS = NOON.getTime() / 1000;

export const { callTool, prepareTool } = testTools(prometheus, { now: () => NOON });

type FakeCalls = Partial<PrometheusClient & AlertmanagerClient>;

/** Clients that answer the given calls; any other is a mistake of the test. Without the guardrail, which asks too. */
export function contextThat(
  calls: FakeCalls,
  settings: Record<string, unknown> = { cost_guardrail: 'off' },
): PrometheusClients {
  return {
    prometheus: fake<PrometheusClient>(
      ['query', 'queryRange', 'metricNames', 'metadata', 'targets', 'alertRules'],
      calls,
    ),
    alertmanager: fake<AlertmanagerClient>(
      ['activeAlerts', 'silences', 'silence', 'createSilence', 'expireSilence'],
      calls,
    ),
    settings: PrometheusSettings.parse(settings),
  };
}

function fake<Client extends object>(names: readonly (keyof Client & keyof FakeCalls)[], calls: FakeCalls): Client {
  const unexpected = (name: string) => () => Promise.reject(new Error(`the test does not expect ${name}`));
  return Object.fromEntries(names.map((name) => [name, calls[name] ?? unexpected(name)])) as Client;
}

export function answer<Data>(data: Data, warnings: string[] = []) {
  return Promise.resolve({ data, warnings });
}

/** One series for each set of labels, all with the same value. */
export function vector(series: readonly Record<string, string>[], value = '1'): InstantResult {
  return { resultType: 'vector', result: series.map((metric) => ({ metric, value: [NOON_SECONDS, value] })) };
}

export function target(job: string, health: string, lastError = ''): Target {
  const labels = { job, instance: `${job}-0:8080` };
  return {
    labels,
    scrapeUrl: 'http://x/metrics',
    lastError,
    lastScrape: '2026-11-20T11:59:59.123456789Z',
    lastScrapeDuration: 0.01,
    health,
  };
}

/** A rule group whose one rule fires with these labels. */
export function ruleThatFires(alertname: string, ...series: Record<string, string>[]): RuleGroup {
  const alerts = series.map((labels) => ({
    labels: { alertname, ...labels },
    annotations: { summary: `${alertname} happens` },
    state: 'firing',
    activeAt: '2026-11-20T11:00:00.618774647Z',
    value: '1e+00',
  }));
  return { name: 'group', rules: [{ name: alertname, query: 'up == 0', duration: 0, alerts }] };
}

/** The same alert as Alertmanager has it. */
export function heard(alertname: string, labels: Record<string, string>, silencedBy: string[] = []): ActiveAlert {
  return {
    fingerprint: 'f',
    labels: { alertname, ...labels },
    startsAt: '2026-11-20T11:00:00Z',
    status: { state: 'active', silencedBy },
  };
}

export const SILENCE_ID = '8a1c0f9e-5d0b-4a52-9d4e-2f6f0a1b2c3d';

export function silence(changes: Partial<Silence> = {}): Silence {
  return {
    id: SILENCE_ID,
    state: 'active',
    matchers: [{ name: 'service', value: 'checkout', op: '=' }],
    startsAt: '2026-11-20T11:00:00Z',
    endsAt: '2026-11-20T13:00:00Z',
    updatedAt: '2026-11-20T11:00:00Z',
    createdBy: 'ada@example.com',
    comment: 'rolling out 1.4',
    ...changes,
  };
}

/** Prometheus' or Alertmanager's own, readable no. */
export function refusal(server: 'Prometheus' | 'Alertmanager', status: number, message: string): UpstreamError {
  return new UpstreamError(server, 'refused', message, { status });
}
