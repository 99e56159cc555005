import type { SourceState } from '@devmesh/contracts';
import type { ActiveAlert } from './alertmanager-client.ts';
import { needPrometheus, type PrometheusContext } from './context.ts';
import { shortTime } from './moment.ts';
import { UpstreamError } from './upstream-error.ts';

export interface FiringAlert {
  labels: Record<string, string>;
  state: string;
  since: string;
  value: string;
  rule: string;
  summary: string;
  /** Ids of silences; null where it is not known: Alertmanager could not be asked, or has not heard of the alert. */
  silencedBy: string[] | null;
}

export interface FiringAlerts {
  /** Worst first, then the oldest. */
  alerts: FiringAlert[];
  alertmanager: SourceState;
}

/** Alerts from Prometheus with their rules, joined with what Alertmanager says of silences. */
export async function readFiringAlerts(context: PrometheusContext, pending: boolean): Promise<FiringAlerts> {
  const asked = Promise.all([needPrometheus(context).alertRules(context.signal), heardAlerts(context)]);
  const [{ data: groups }, { alerts: heard, state }] = await asked;
  const alerts = groups
    .flatMap(({ rules }) => rules)
    .flatMap((rule) => rule.alerts.map((alert) => ({ rule, alert })))
    .filter(({ alert }) => alert.state === 'firing' || pending)
    .map(({ rule, alert: { labels, annotations, ...alert } }) => ({
      labels,
      state: alert.state,
      since: shortTime(alert.activeAt),
      value: String(Number(alert.value)),
      rule: rule.query,
      summary: annotations['summary'] ?? annotations['description'] ?? '',
      silencedBy: silencesOf(labels, heard),
    }));
  return { alerts: alerts.sort(bySeverity), alertmanager: state };
}

interface HeardAlerts {
  /** By the alert's name: there may be thousands. */
  alerts: Map<string, ActiveAlert[]>;
  state: SourceState;
}

async function heardAlerts({ alertmanager, signal }: PrometheusContext): Promise<HeardAlerts> {
  if (!alertmanager) return { alerts: new Map(), state: 'not_configured' };
  try {
    const alerts = await alertmanager.activeAlerts([], { silenced: true }, signal);
    return { alerts: Map.groupBy(alerts, nameOf), state: 'ok' };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof UpstreamError)) throw error;
    return { alerts: new Map(), state: [401, 403].includes(error.status) ? 'forbidden' : 'unavailable' };
  }
}

function nameOf({ labels }: Pick<ActiveAlert, 'labels'>): string {
  return labels['alertname'] ?? '';
}

// Prometheus may add external labels on the way: every label of the alert must be there, more may be.
function silencesOf(labels: Record<string, string>, heard: HeardAlerts['alerts']): string[] | null {
  const wanted = Object.entries(labels);
  const same = heard
    .get(nameOf({ labels }))
    ?.find((alert) => wanted.every(([name, value]) => alert.labels[name] === value));
  return same?.status.silencedBy ?? null;
}

const SEVERITIES = ['critical', 'error', 'warning', 'info'];

function bySeverity(a: FiringAlert, b: FiringAlert): number {
  return rank(a) - rank(b) || a.since.localeCompare(b.since);
}

function rank({ labels }: FiringAlert): number {
  const at = SEVERITIES.indexOf(labels['severity'] ?? '');
  return at === -1 ? SEVERITIES.length : at;
}
