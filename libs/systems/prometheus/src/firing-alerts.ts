import type { SourceState } from '@devmesh/contracts';
import type { ActiveAlert } from './alertmanager-client.ts';
import { needPrometheus, type PrometheusContext } from './context.ts';
import { UpstreamError } from './upstream-error.ts';

export interface FiringAlert {
  labels: Record<string, string>;
  state: string;
  since: string;
  value: string;
  rule: string;
  summary: string;
  /** Ids of silences; null where Alertmanager could not be asked. */
  silencedBy: string[] | null;
}

export interface FiringAlerts {
  alerts: FiringAlert[];
  alertmanager: SourceState;
}

/** Alerts from Prometheus with their rules, joined with what Alertmanager says of silences. */
export async function readFiringAlerts(context: PrometheusContext, pending: boolean): Promise<FiringAlerts> {
  const [{ data: groups }, silences] = await Promise.all([needPrometheus(context).alertRules(context.signal), silencedAlerts(context)]);
  const alerts = groups
    .flatMap(({ rules }) => rules)
    .flatMap((rule) =>
      rule.alerts
        .filter(({ state }) => state === 'firing' || pending)
        .map((alert) => ({
          labels: alert.labels,
          state: alert.state,
          since: alert.activeAt,
          value: alert.value,
          rule: rule.query,
          summary: alert.annotations['summary'] ?? alert.annotations['description'] ?? '',
          silencedBy: silences.alerts === undefined ? null : silencesOf(alert.labels, silences.alerts),
        })),
    );
  return { alerts: alerts.sort(bySeverity), alertmanager: silences.state };
}

async function silencedAlerts({ alertmanager, signal }: PrometheusContext): Promise<{ alerts: ActiveAlert[] | undefined; state: SourceState }> {
  if (!alertmanager) return { alerts: undefined, state: 'not_configured' };
  try {
    return { alerts: await alertmanager.activeAlerts([], { silenced: true }, signal), state: 'ok' };
  } catch (error) {
    signal.throwIfAborted();
    return { alerts: undefined, state: error instanceof UpstreamError && (error.status === 401 || error.status === 403) ? 'forbidden' : 'unavailable' };
  }
}

// Prometheus may add external labels on the way: every label of the alert must be there, more may be.
function silencesOf(labels: Record<string, string>, alerts: readonly ActiveAlert[]): string[] {
  const same = alerts.find((alert) => Object.entries(labels).every(([name, value]) => alert.labels[name] === value));
  return same?.status.silencedBy ?? [];
}

const SEVERITIES = ['critical', 'error', 'warning', 'info'];

function bySeverity(a: FiringAlert, b: FiringAlert): number {
  return rank(a) - rank(b) || a.since.localeCompare(b.since);
}

function rank({ labels }: FiringAlert): number {
  const at = SEVERITIES.indexOf(labels['severity'] ?? '');
  return at === -1 ? SEVERITIES.length : at;
}
