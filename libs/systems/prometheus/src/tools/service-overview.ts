import { defineTool } from '@devmesh/adapter';
import type { SourceState } from '@devmesh/contracts';
import { z } from 'zod';
import { needPrometheus, QUERY_TIMEOUT_SECONDS, type PrometheusContext } from '../context.ts';
import { counted } from '../counted.ts';
import { readFiringAlerts, type FiringAlert } from '../firing-alerts.ts';
import { sampleValue, short } from '../label-table.ts';
import { overviewQueries, type OverviewQuery } from '../overview-queries.ts';
import { UpstreamError } from '../upstream-error.ts';

const MAX_ALERTS = 20;

const Signal = z.object({
  name: z.string(),
  unit: z.string(),
  state: z.enum(['ok', 'no_data', 'failed']).describe('no_data: there is no such series; that is not zero.'),
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
    service: z.string().min(1).max(200).describe('Its name: the value of the label.'),
    namespace: z.string().max(200).optional().describe('Only in this namespace.'),
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
    alerts: z.array(z.record(z.string(), z.string())).nullable().describe('null: they could not be read.'),
  }),
  targets: { namespace: '/namespace', service: '/service' },
  examples: [{ input: { service: 'checkout' }, gives: 'rates, latency and alerts of checkout' }],

  async run({ service, namespace, label, window }, context: PrometheusContext) {
    const queries = overviewQueries({ service, namespace, label, window }, context.settings.overview_queries);
    let answered = 0;
    const askAndTell = async (query: OverviewQuery) => {
      const answer = await ask(query, context);
      context.progress(++answered, queries.length, query.name);
      return answer;
    };
    const [answers, { alerts, alertmanager }] = await Promise.all([
      Promise.all(queries.map(askAndTell)),
      alertsOf({ service, namespace, label }, context),
    ]);
    // Nothing answered at all: that is a failure, not an overview.
    const failures = answers.map(({ failure }) => failure).filter((failure) => failure !== undefined);
    if (alerts === null && failures.length === answers.length) throw failures[0] ?? new Error('there are no signals');
    const signals = answers.map(({ signal }) => signal);
    return {
      data: {
        service,
        signals,
        alerts: alerts?.slice(0, MAX_ALERTS).map(({ labels, since }) => ({ ...labels, since })) ?? null,
      },
      summary: summaryOf(service, signals, alerts),
      text: [...signals.map(signalLine), ...(alerts ?? []).slice(0, MAX_ALERTS).map(alertLine)].join('\n'),
      scope: { window, service, label, ...(namespace !== undefined && { namespace }) },
      hints: hintsFor(signals, label, service, alerts),
      sources: {
        prometheus: failures.length === answers.length ? ('unavailable' as const) : ('ok' as const),
        alertmanager,
      },
    };
  },
});

interface Answer {
  signal: Signal;
  failure?: UpstreamError;
}

async function ask({ name, unit, query }: OverviewQuery, context: PrometheusContext): Promise<Answer> {
  try {
    const options = { time: context.now().getTime() / 1000, timeoutSeconds: QUERY_TIMEOUT_SECONDS };
    const { data } = await needPrometheus(context).query(query, options, context.signal);
    const value =
      data.resultType === 'vector'
        ? data.result[0]?.value?.[1]
        : data.resultType === 'scalar'
          ? data.result[1]
          : undefined;
    if (value === undefined) return { signal: { name, unit, state: 'no_data', value: null, query } };
    return { signal: { name, unit, state: 'ok', value: sampleValue(value), query } };
  } catch (failure) {
    context.signal.throwIfAborted();
    if (!(failure instanceof UpstreamError)) throw failure;
    return { signal: { name, unit, state: 'failed', value: null, query, error: failure.message }, failure };
  }
}

/** The service's own firing alerts; null where Prometheus could not say. */
async function alertsOf(
  { service, namespace, label }: { service: string; namespace: string | undefined; label: string },
  context: PrometheusContext,
): Promise<{ alerts: FiringAlert[] | null; alertmanager: SourceState }> {
  try {
    const { alerts, alertmanager } = await readFiringAlerts(context, false);
    const own = alerts
      .filter(({ labels }) => labels[label] === service || labels['service'] === service)
      .filter(({ labels }) => namespace === undefined || (labels['namespace'] ?? namespace) === namespace);
    return { alerts: own, alertmanager };
  } catch (failure) {
    context.signal.throwIfAborted();
    if (!(failure instanceof UpstreamError)) throw failure;
    return { alerts: null, alertmanager: context.alertmanager ? 'unavailable' : 'not_configured' };
  }
}

function summaryOf(service: string, signals: readonly Signal[], alerts: readonly FiringAlert[] | null): string {
  const known = signals.filter(({ state }) => state === 'ok').length;
  const firing =
    alerts === null
      ? 'its alerts could not be read'
      : alerts.length === 0
        ? 'no alert fires for it'
        : `${counted(alerts.length, 'alert')} for it`;
  return `${service}: ${String(known)} of ${String(signals.length)} signals known, ${firing}.`;
}

function signalLine({ name, state, value, unit, error = '', query }: Signal): string {
  const shown = { ok: `${short(value)} ${unit}`.trim(), no_data: 'no data', failed: `failed (${error})` }[state];
  return `${name}: ${shown}  [${query}]`;
}

function alertLine({ labels, since, silencedBy }: FiringAlert): string {
  const silenced = silencedBy !== null && silencedBy.length > 0 ? ', silenced' : '';
  return `alert ${labels['alertname'] ?? ''} (${labels['severity'] ?? 'no severity'}) since ${since}${silenced}`;
}

function hintsFor(
  signals: readonly Signal[],
  label: string,
  service: string,
  alerts: readonly FiringAlert[] | null,
): string[] {
  const cut =
    (alerts?.length ?? 0) > MAX_ALERTS
      ? [`The first ${String(MAX_ALERTS)} alerts are shown; firing_alerts lists all.`]
      : [];
  if (signals.some(({ state }) => state === 'ok')) return cut;
  return [
    ...cut,
    `Nothing is known of ${label}="${service}": list_targets shows job names; another label can be given, and the connection's overview_queries can name other metrics.`,
  ];
}
