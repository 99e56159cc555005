import { defineAdapter } from '@devmesh/adapter';
import { createAlertmanagerClient } from './alertmanager-client.ts';
import type { PrometheusClients } from './context.ts';
import { createHttpJson } from './http-json.ts';
import { createPrometheusClient } from './prometheus-client.ts';
import { PrometheusConfig, PrometheusCredential, PrometheusSettings } from './settings.ts';
import { toAppError } from './to-app-error.ts';
import { createSilence } from './tools/create-silence.ts';
import { expireSilence } from './tools/expire-silence.ts';
import { firingAlerts } from './tools/firing-alerts.ts';
import { listMetrics } from './tools/list-metrics.ts';
import { listSilences } from './tools/list-silences.ts';
import { listTargets } from './tools/list-targets.ts';
import { queryRange } from './tools/query-range.ts';
import { query } from './tools/query.ts';
import { serviceOverview } from './tools/service-overview.ts';

/** Prometheus and the Alertmanager that belongs to it. */
export const prometheus = defineAdapter({
  name: 'prometheus',
  title: 'Prometheus and Alertmanager',
  settings: PrometheusSettings,
  credential: PrometheusCredential,
  config: PrometheusConfig,
  toAppError,
  tools: [
    query,
    queryRange,
    listMetrics,
    listTargets,
    firingAlerts,
    serviceOverview,
    listSilences,
    createSilence,
    expireSilence,
  ],

  environmentConnections(config) {
    const { PROMETHEUS_URL, ALERTMANAGER_URL, PROMETHEUS_ENVIRONMENT } = config;
    if (PROMETHEUS_URL === undefined && ALERTMANAGER_URL === undefined) return [];
    const settings = PrometheusSettings.parse({ alertmanager_url: ALERTMANAGER_URL });
    const credential = credentialIn(config);
    return [{ name: 'default', environment: PROMETHEUS_ENVIRONMENT, endpoint: PROMETHEUS_URL, settings, credential }];
  },

  connect({ endpoint, settings, credential = {} }): PrometheusClients {
    const authorization = authorizationOf(credential);
    const http = (server: string, baseUrl: string) => createHttpJson({ server, baseUrl, authorization });
    const { alertmanager_url: alertmanagerUrl } = settings;
    return {
      prometheus: endpoint === undefined ? undefined : createPrometheusClient(http('Prometheus', endpoint)),
      alertmanager:
        alertmanagerUrl === undefined ? undefined : createAlertmanagerClient(http('Alertmanager', alertmanagerUrl)),
      settings,
    };
  },
});

function credentialIn({
  PROMETHEUS_TOKEN,
  PROMETHEUS_USERNAME,
  PROMETHEUS_PASSWORD,
}: PrometheusConfig): PrometheusCredential {
  if (PROMETHEUS_TOKEN !== undefined) return { token: PROMETHEUS_TOKEN };
  return PROMETHEUS_USERNAME === undefined ? {} : { username: PROMETHEUS_USERNAME, password: PROMETHEUS_PASSWORD };
}

function authorizationOf(credential: PrometheusCredential): string | undefined {
  if ('token' in credential) return `Bearer ${credential.token}`;
  if (!('username' in credential)) return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
}
