import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import type { PrometheusContext } from '../context.ts';
import { readFiringAlerts, type FiringAlert } from '../firing-alerts.ts';
import { labelText } from '../label-table.ts';

/** Alerts with their rule and since when. Source: Prometheus HTTP API, `GET /api/v1/rules`; Alertmanager API v2, `GET /alerts`. */
export const firingAlerts = defineTool({
  name: 'prometheus.firing_alerts',
  title: 'Firing alerts',
  description: 'List alerts that fire now, worst first: since when, by which rule, and whether they are silenced.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    labels: z.record(z.string(), z.string()).default({}).describe('Only alerts with these label values.'),
    include_pending: z.boolean().default(false),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.array(z.union([z.string(), z.null()]))),
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
        columns: ['alert', 'severity', 'state', 'since', 'value', 'silenced_by', 'labels', 'rule', 'summary'],
        rows: shown.map(row),
      },
      summary: summaryOf(wanted, labels),
      page: { returned: shown.length, total: wanted.length, truncated: shown.length < wanted.length },
      hints:
        alertmanager === 'ok'
          ? []
          : [`Alertmanager is ${alertmanager.replace('_', ' ')}: whether an alert is silenced is not known.`],
      sources: { prometheus: 'ok' as const, alertmanager },
    };
  },
});

function row(alert: FiringAlert): (string | null)[] {
  const { alertname = '', severity = '', ...rest } = alert.labels;
  const silenced = alert.silencedBy === null ? null : alert.silencedBy.join(',');
  return [
    alertname,
    severity,
    alert.state,
    alert.since,
    alert.value,
    silenced,
    labelText(rest),
    alert.rule,
    alert.summary,
  ];
}

function summaryOf(alerts: readonly FiringAlert[], labels: Record<string, string>): string {
  const scope = Object.keys(labels).length === 0 ? '' : ` with ${labelText(labels)}`;
  if (alerts.length === 0) return `No alert fires${scope}.`;
  const unknown = alerts.some(({ silencedBy }) => silencedBy === null);
  const silenced = alerts.filter(({ silencedBy }) => silencedBy !== null && silencedBy.length > 0).length;
  return `${String(alerts.length)} alerts${scope}${unknown ? '' : `, ${String(silenced)} of them silenced`}.`;
}
