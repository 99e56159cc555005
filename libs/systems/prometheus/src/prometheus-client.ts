import { z } from 'zod';
import type { HttpJson, Params } from './http-json.ts';
import { UpstreamError } from './upstream-error.ts';

const Labels = z.record(z.string(), z.string());
/** [unix seconds, value as text]: `NaN` and `+Inf` are values too. */
const Sample = z.tuple([z.number(), z.string()]);

export const InstantResult = z.discriminatedUnion('resultType', [
  z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: Labels, value: Sample.optional(), histogram: z.unknown().optional() })),
  }),
  z.object({
    resultType: z.literal('matrix'),
    result: z.array(z.object({ metric: Labels, values: z.array(Sample).default([]) })),
  }),
  z.object({ resultType: z.literal('scalar'), result: Sample }),
  z.object({ resultType: z.literal('string'), result: Sample }),
]);
export type InstantResult = z.infer<typeof InstantResult>;

const RangeResult = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: Labels, values: z.array(Sample).default([]) })),
});
export type Series = z.infer<typeof RangeResult>['result'][number];

const Metadata = z.record(z.string(), z.array(z.object({ type: z.string(), help: z.string(), unit: z.string() })));
const Targets = z.object({
  activeTargets: z.array(
    z.object({
      labels: Labels,
      scrapeUrl: z.string(),
      lastError: z.string(),
      lastScrape: z.string(),
      lastScrapeDuration: z.number(),
      health: z.string(),
    }),
  ),
});
export type Target = z.infer<typeof Targets>['activeTargets'][number];

const Alert = z.object({
  labels: Labels,
  annotations: Labels,
  state: z.string(),
  activeAt: z.string(),
  value: z.string(),
});
const Rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          name: z.string(),
          query: z.string(),
          duration: z.number().default(0),
          alerts: z.array(Alert).default([]),
        }),
      ),
    }),
  ),
});
export type RuleGroup = z.infer<typeof Rules>['groups'][number];

export interface Answer<Data> {
  data: Data;
  warnings: string[];
}

/** The part of Prometheus' HTTP API v1 that the tools use. Every function throws UpstreamError. */
export interface PrometheusClient {
  /** `time` in Unix seconds. */
  query(
    query: string,
    options: { time: number; timeoutSeconds: number },
    signal: AbortSignal,
  ): Promise<Answer<InstantResult>>;
  queryRange(
    query: string,
    range: { start: number; end: number; stepSeconds: number; timeoutSeconds: number },
    signal: AbortSignal,
  ): Promise<Answer<Series[]>>;
  metricNames(matcher: string, limit: number, signal: AbortSignal): Promise<Answer<string[]>>;
  metadata(signal: AbortSignal): Promise<Answer<z.infer<typeof Metadata>>>;
  targets(signal: AbortSignal): Promise<Answer<Target[]>>;
  alertRules(signal: AbortSignal): Promise<Answer<RuleGroup[]>>;
}

export function createPrometheusClient(http: HttpJson): PrometheusClient {
  async function ask<Data>(
    path: string,
    params: Params,
    schema: z.ZodType<Data>,
    signal: AbortSignal,
  ): Promise<Answer<Data>> {
    const body = await http.get(`/api/v1${path}`, params, signal);
    const parsed = z
      .object({
        status: z.literal('success'),
        data: schema,
        warnings: z.array(z.string()).optional(),
        infos: z.array(z.string()).optional(),
      })
      .safeParse(body);
    if (!parsed.success)
      throw new UpstreamError('Prometheus', 'unreadable', "Prometheus answered in a form that is not its API's.", {
        status: 200,
        cause: parsed.error,
      });
    const { data, warnings = [], infos = [] } = parsed.data;
    return { data: data as Data, warnings: [...warnings, ...infos] };
  }

  return {
    query: (query, { time, timeoutSeconds }, signal) =>
      ask('/query', { query, time: String(time), timeout: `${String(timeoutSeconds)}s` }, InstantResult, signal),
    async queryRange(query, { start, end, stepSeconds, timeoutSeconds }, signal) {
      const params = {
        query,
        start: String(start),
        end: String(end),
        step: String(stepSeconds),
        timeout: `${String(timeoutSeconds)}s`,
      };
      const { data, warnings } = await ask('/query_range', params, RangeResult, signal);
      return { data: data.result, warnings };
    },
    metricNames: (matcher, limit, signal) =>
      ask('/label/__name__/values', { 'match[]': matcher, limit: String(limit) }, z.array(z.string()), signal),
    metadata: (signal) => ask('/metadata', { limit_per_metric: '1' }, Metadata, signal),
    async targets(signal) {
      const { data, warnings } = await ask('/targets', { state: 'active' }, Targets, signal);
      return { data: data.activeTargets, warnings };
    },
    async alertRules(signal) {
      const { data, warnings } = await ask('/rules', { type: 'alert' }, Rules, signal);
      return { data: data.groups, warnings };
    },
  };
}
