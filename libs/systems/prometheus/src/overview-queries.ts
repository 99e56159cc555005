import { quoted } from './matcher.ts';

export interface OverviewQuery {
  name: string;
  unit: string;
  /** PromQL with $selector, $service, $namespace and $window. */
  query: string;
}

/** What is asked unless the connection says otherwise: names that common instrumentations use. */
const DEFAULTS: readonly OverviewQuery[] = [
  { name: 'instances_up', unit: 'instances', query: 'sum(up{$selector})' },
  { name: 'instances', unit: 'instances', query: 'count(up{$selector})' },
  { name: 'request_rate', unit: 'requests/s', query: 'sum(rate(http_requests_total{$selector}[$window]))' },
  {
    name: 'error_rate',
    unit: 'ratio',
    query:
      'sum(rate(http_requests_total{$selector,code=~"5.."}[$window])) / sum(rate(http_requests_total{$selector}[$window]))',
  },
  {
    name: 'latency_p95',
    unit: 's',
    query: 'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{$selector}[$window])))',
  },
  { name: 'cpu_usage', unit: 'cores', query: 'sum(rate(process_cpu_seconds_total{$selector}[$window]))' },
  { name: 'memory_usage', unit: 'bytes', query: 'sum(process_resident_memory_bytes{$selector})' },
];

export interface OverviewSubject {
  service: string;
  namespace: string | undefined;
  label: string;
  window: string;
}

/** The queries of one service, filled in; names and values are quoted, never pasted. */
export function overviewQueries(
  subject: OverviewSubject,
  configured: Record<string, string> | undefined,
): OverviewQuery[] {
  const templates = configured
    ? Object.entries(configured).map(([name, query]) => ({ name, unit: '', query }))
    : DEFAULTS;
  return templates.map((template) => ({ ...template, query: fill(template.query, subject) }));
}

// In one pass: what is filled in is not looked at again.
function fill(template: string, { service, namespace, label, window }: OverviewSubject): string {
  const ofNamespace = namespace === undefined ? [] : [`namespace=${quoted(namespace)}`];
  const values: Readonly<Record<string, string>> = {
    selector: [`${label}=${quoted(service)}`, ...ofNamespace].join(','),
    service: quoted(service).slice(1, -1),
    namespace: quoted(namespace ?? '').slice(1, -1),
    window,
  };
  return template.replace(/\$(selector|service|namespace|window)\b/g, (_whole, name: string) => values[name] ?? '');
}
