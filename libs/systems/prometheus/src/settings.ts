import { z } from 'zod';

// A user in a URL would be shown wherever the URL is.
const BaseUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => URL.parse(url)?.username === '', 'must not carry a user or password: give them as the credential');

/** What a connection of this system may set. */
export const PrometheusSettings = z.strictObject({
  alertmanager_url: BaseUrl.optional().describe('Base URL of the Alertmanager that belongs to it.'),
  cost_guardrail: z
    .enum(['off', 'shadow', 'enforce'])
    .default('enforce')
    .describe('What happens to queries that would read too much: nothing, a hint, or a refusal.'),
  max_series: z.int().min(1).default(20_000).describe('Series that one selector may touch.'),
  max_range_hours: z.int().min(1).default(744).describe('How far back one query may read.'),
  overview_queries: z
    .record(z.string(), z.string())
    .optional()
    .describe('PromQL of service_overview by signal; $selector, $service, $namespace and $window are filled in.'),
});
export type PrometheusSettings = z.infer<typeof PrometheusSettings>;

/** A bearer token, a user with a password, or nothing, for servers that ask for none. Goes to both servers. */
export const PrometheusCredential = z.union([
  z.strictObject({ token: z.string().min(1) }),
  z.strictObject({ username: z.string().min(1), password: z.string() }),
  z.strictObject({}),
]);
export type PrometheusCredential = z.infer<typeof PrometheusCredential>;

/** The adapter's own environment. */
export const PrometheusConfig = z.object({
  PROMETHEUS_URL: BaseUrl.optional().describe('A Prometheus for the organisation DEVMESH_ORG.'),
  ALERTMANAGER_URL: BaseUrl.optional().describe('Its Alertmanager.'),
  PROMETHEUS_TOKEN: z.string().optional().describe('Bearer token for both.'),
  PROMETHEUS_USERNAME: z.string().optional().describe('User for both, where they ask for one instead of a token.'),
  PROMETHEUS_PASSWORD: z.string().default('').describe('The password of PROMETHEUS_USERNAME.'),
  PROMETHEUS_ENVIRONMENT: z
    .string()
    .default('default')
    .describe('What policy sees as the environment of this connection.'),
});
export type PrometheusConfig = z.infer<typeof PrometheusConfig>;
