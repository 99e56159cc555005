import { z } from 'zod';

/** What a connection of this system may set. */
export const PrometheusSettings = z.strictObject({
  alertmanager_url: z.url({ protocol: /^https?$/ }).optional().describe('Base URL of the Alertmanager that belongs to it.'),
  cost_guardrail: z.enum(['off', 'shadow', 'enforce']).default('enforce').describe('What happens to queries that would read too much: nothing, a hint, or a refusal.'),
  max_series: z.int().min(1).default(20_000).describe('Series that one selector may touch.'),
  max_range_hours: z.int().min(1).default(744).describe('Longest window of a query.'),
  overview_queries: z
    .record(z.string(), z.string())
    .optional()
    .describe('PromQL of service_overview by signal; $service, $namespace and $window are filled in.'),
});
export type PrometheusSettings = z.infer<typeof PrometheusSettings>;

/** A bearer token, or a user with a password. */
export const PrometheusCredential = z.union([z.strictObject({ token: z.string().min(1) }), z.strictObject({ username: z.string().min(1), password: z.string() })]);
export type PrometheusCredential = z.infer<typeof PrometheusCredential>;

/** The adapter's own environment. */
export const PrometheusConfig = z.object({
  PROMETHEUS_URL: z.url({ protocol: /^https?$/ }).optional().describe('A Prometheus for the organisation DEVMESH_ORG.'),
  ALERTMANAGER_URL: z.url({ protocol: /^https?$/ }).optional().describe('Its Alertmanager.'),
  PROMETHEUS_TOKEN: z.string().optional().describe('Bearer token for both.'),
  PROMETHEUS_ENVIRONMENT: z.string().default('default').describe('What policy sees as the environment of this connection.'),
});
export type PrometheusConfig = z.infer<typeof PrometheusConfig>;
