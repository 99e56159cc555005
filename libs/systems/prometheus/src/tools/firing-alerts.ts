import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import type { PrometheusContext } from '../context.ts';
import { counted } from '../counted.ts';
import { readFiringAlerts, type FiringAlert, type FiringAlerts } from '../firing-alerts.ts';
import { labelText } from '../label-table.ts';

const MAX_SUMMARY = 200;

/** Alerts with their rule and since when. Source: Prometheus HTTP API, `GET /api/v1/rules`; Alertmanager API v2, `GET /alerts`. */
export const firingAlerts = defineTool({
  name: 'prometheus.firing_alerts',
  title: 'Firing alerts',
  description: 'List alerts that fire now, worst first: since when, by which rule, and whether they are silenced.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    labels: z.record(z.string(), z.string()).default({}).describe('Only alerts with these label values.'),
    include_pending: z.boolean().default(false).describe('Also those that wait for their rule to hold long enough.'),
    limit: z.int().min(1).max(500).default(50).describe('Alerts to return.'),
  }),
  output: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
    rules: z.record(z.string(), z.array(z.string())).describe('PromQL of the rules by alert name.'),
  }),
  examples: [{ input: { labels: { service: 'checkout' } }, gives: 'what fires for the checkout service' }],

  async run({ labels, include_pending: pending, limit }, context: PrometheusContext) {
    const { alerts, alertmanager } = await readFiringAlerts(context, pending);
    const wanted = alerts.filter((alert) =>
      Object.entries(labels).every(([name, value]) => alert.labels[name] === value),
    );
    const shown = wanted.slice(0, limit);
    return {
      data: {
        columns: ['alert', 'severity', 'state', 'since', 'value', 'silenced_by', 'labels', 'summary'],
        rows: shown.map(rowOf),
        rules: rulesOf(shown),
      },
      summary: summaryOf(wanted, labels, pending),
      page: { returned: shown.length, total: wanted.length, truncated: shown.length < wanted.length },
      ...(Object.keys(labels).length > 0 && { scope: { labels: labelText(labels) } }),
      hints: hintsFor(wanted, alerts, alertmanager, shown.length),
      sources: { prometheus: 'ok' as const, alertmanager },
    };
  },
});

function rowOf({ labels: { alertname = '', severity = '', ...rest }, silencedBy, ...alert }: FiringAlert): string[] {
  const silenced = silencedBy === null ? 'unknown' : silencedBy.join(',') || 'no';
  return [
    alertname,
    severity,
    alert.state,
    alert.since,
    alert.value,
    silenced,
    labelText(rest),
    alert.summary.slice(0, MAX_SUMMARY),
  ];
}

// Once each: hundreds of alerts may come from one rule.
function rulesOf(alerts: readonly FiringAlert[]): Record<string, string[]> {
  const byName = Map.groupBy(alerts, ({ labels }) => labels['alertname'] ?? '');
  return Object.fromEntries([...byName].map(([name, same]) => [name, [...new Set(same.map(({ rule }) => rule))]]));
}

function summaryOf(alerts: readonly FiringAlert[], labels: Record<string, string>, pending: boolean): string {
  const scope = Object.keys(labels).length === 0 ? '' : ` with ${labelText(labels)}`;
  if (alerts.length === 0) return `No alert fires${pending ? ' or is pending' : ''}${scope}.`;
  const silenced = alerts.filter(({ silencedBy }) => silencedBy !== null && silencedBy.length > 0).length;
  const unknown = alerts.filter(({ silencedBy, state }) => silencedBy === null && state === 'firing').length;
  const waiting = alerts.filter(({ state }) => state === 'pending').length;
  const parts = [
    waiting === alerts.length ? '' : counted(alerts.length - waiting, 'firing alert'),
    waiting === 0 ? '' : counted(waiting, 'pending alert'),
    silenced === 0 ? '' : `${String(silenced)} silenced`,
    unknown === 0 ? '' : `${String(unknown)} of which it is not known whether silenced`,
  ];
  return `${parts.filter((part) => part !== '').join(', ')}${scope}.`;
}

function hintsFor(
  wanted: readonly FiringAlert[],
  all: readonly FiringAlert[],
  alertmanager: FiringAlerts['alertmanager'],
  shown: number,
): string[] {
  const unheard = wanted.some(({ silencedBy, state }) => silencedBy === null && state === 'firing');
  return [
    ...(alertmanager === 'ok'
      ? []
      : [`Alertmanager is ${alertmanager.replace('_', ' ')}: whether an alert is silenced is not known.`]),
    ...(alertmanager === 'ok' && unheard
      ? ['"unknown": Alertmanager has not heard of this alert, or knows it by other labels.']
      : []),
    ...(wanted.length === 0 && all.length > 0
      ? [`Without the labels there are ${String(all.length)}: label values must be equal.`]
      : []),
    ...(shown < wanted.length ? ['Give labels, such as severity or service, to see fewer.'] : []),
  ];
}
