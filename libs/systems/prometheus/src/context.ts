import type { ToolContext } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import type { AlertmanagerClient } from './alertmanager-client.ts';
import type { PrometheusClient } from './prometheus-client.ts';
import type { PrometheusSettings } from './settings.ts';

/** The clients of one connection; a part that it does not name is absent. */
export interface PrometheusClients {
  prometheus: PrometheusClient | undefined;
  alertmanager: AlertmanagerClient | undefined;
  settings: PrometheusSettings;
}

export type PrometheusContext = PrometheusClients & ToolContext;

/** Seconds that a query may take at Prometheus itself. */
export const QUERY_TIMEOUT_SECONDS = 30;

export function needPrometheus({ prometheus, connection }: PrometheusContext): PrometheusClient {
  if (prometheus) return prometheus;
  throw notConfigured('Prometheus', connection, 'its endpoint, or PROMETHEUS_URL');
}

export function needAlertmanager({ alertmanager, connection }: PrometheusContext): AlertmanagerClient {
  if (alertmanager) return alertmanager;
  throw notConfigured('Alertmanager', connection, 'settings.alertmanager_url, or ALERTMANAGER_URL');
}

function notConfigured(server: string, connection: string | undefined, what: string): AppError {
  return new AppError('unavailable', `The connection "${connection ?? 'default'}" names no ${server}.`, {
    suggestion: `Set ${what}.`,
    retryable: false,
  });
}
