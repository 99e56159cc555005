import { defineTool } from '@devmesh/adapter';
import type { SourceState } from '@devmesh/contracts';
import { z } from 'zod';
import { needPrometheus, QUERY_TIMEOUT_SECONDS, type PrometheusContext } from '../context.ts';
import { readFiringAlerts } from '../firing-alerts.ts';
import { sampleValue } from '../label-table.ts';
import { overviewQueries, type OverviewQuery } from '../overview-queries.ts';

const Signal = z.object({
  name: z.string(),
  unit: z.string(),
  /** `no_data`: Prometheus answered and knows no such series; that is not zero. */
  state: z.enum(['ok', 'no_data', 'failed']),
  value: z.union([z.number(), z.string(), z.null()]),
  query: z.string(),
  error: z.string().optional(),
});
type Signal = z.infer<typeof Signal>;

/** The state of one service at a glance. Source: Prometheus HTTP API, instant queries and `GET /api/v1/rules`. */
export const serviceOverview = defineTool({
  name: 'prometheus.service_overview',
  title: 'Service overview',
  description: 'How one service does now: instances, request and error rate, latency, CPU, memory, firing alerts.',
  effect: 'read',
  timeoutMs: 35_000,
  input: z.strictObject({
    service: z.string().min(1).max(200),
    namespace: z.string().max(200).optional(),
    label: z
      .string()
      .regex(/^[a-zA-Z_]\w*$/)
      .default('job')
      .describe('Label that names services: job, service, app.'),
    window: z
      .string()
      .regex(/^(\d+[smhd])+$/)
      .default('5m')
      .describe('For rates.'),
  }),
  output: z.object({
    service: z.string(),
    signals: z.array(Signal),
    alerts: z.array(z.record(z.string(), z.string())),
  }),
  examples: [{ input: { service: 'checkout' }, gives: 'rates, latency and alerts of checkout' }],

  async run({ service, namespace, label, window }, context: PrometheusContext) {
    const queries = overviewQueries({ service, namespace, label, window }, context.settings.overview_queries);
    const [signals, { alerts, alertmanager }] = await Promise.all([
      Promise.all(queries.map((query) => ask(query, context))),
      readFiringAlerts(context, false),
    ]);
    const own = alerts.filter(({ labels }) => labels[label] === service || labels['service'] === service);
    const shown = signals.map((signal) => `${signal.name}: ${shownValue(signal)}  [${signal.query}]`);
    const firing = own.map(
      ({ labels, since }) =>
        `alert ${labels['alertname'] ?? ''} (${labels['severity'] ?? 'no severity'}) since ${since}`,
    );
    return {
      data: { service, signals, alerts: own.map(({ labels, since }) => ({ ...labels, since })) },
      summary: summaryOf(service, signals, own.length),
      text: [...shown, ...firing].join('\n'),
      scope: { window, service, ...(namespace !== undefined && { namespace }) },
      hints: hintsFor(signals, label, service),
      sources: { prometheus: sourceState(signals), alertmanager },
    };
  },
});

async function ask({ name, unit, query }: OverviewQuery, context: PrometheusContext): Promise<Signal> {
  try {
    const { data } = await needPrometheus(context).query(
      query,
      { timeoutSeconds: QUERY_TIMEOUT_SECONDS },
      context.signal,
    );
    const value =
      data.resultType === 'vector'
        ? data.result[0]?.value?.[1]
        : data.resultType === 'scalar'
          ? data.result[1]
          : undefined;
    return value === undefined
      ? { name, unit, state: 'no_data', value: null, query }
      : { name, unit, state: 'ok', value: sampleValue(value), query };
  } catch (error) {
    context.signal.throwIfAborted();
    return {
      name,
      unit,
      state: 'failed',
      value: null,
      query,
      error: error instanceof Error ? error.message : 'failed',
    };
  }
}

function sourceState(signals: readonly Signal[]): SourceState {
  return signals.every(({ state }) => state === 'failed') ? 'unavailable' : 'ok';
}

function summaryOf(service: string, signals: readonly Signal[], alerts: number): string {
  const known = signals.filter(({ state }) => state === 'ok').length;
  const firing = alerts === 0 ? 'no alert fires' : `${String(alerts)} alerts fire`;
  return `${service}: ${String(known)} of ${String(signals.length)} signals known, ${firing} for it.`;
}

function shownValue({ state, value, unit, error }: Signal): string {
  if (state === 'ok') return `${String(value)} ${unit}`.trim();
  return state === 'no_data' ? 'no data' : `failed (${error ?? ''})`;
}

function hintsFor(signals: readonly Signal[], label: string, service: string): string[] {
  if (signals.some(({ state }) => state === 'ok')) return [];
  return [
    `Nothing is known of ${label}="${service}": list_targets shows job names; another label can be given, and the connection's overview_queries can name other metrics.`,
  ];
}
