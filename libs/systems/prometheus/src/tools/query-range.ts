import { defineTool } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { z } from 'zod';
import { needPrometheus, QUERY_TIMEOUT_SECONDS, type PrometheusContext } from '../context.ts';
import { guardCost } from '../cost-guardrail.ts';
import { labelCardinality, labelText, sampleValue } from '../label-table.ts';
import type { Series } from '../prometheus-client.ts';
import { secondsOf } from '../selectors.ts';

const MAX_POINTS = 300;
const MIN_STEP_SECONDS = 15;

/** Values over time. Source: Prometheus HTTP API, `GET /api/v1/query_range`. */
export const queryRange = defineTool({
  name: 'prometheus.query_range',
  title: 'Query metrics over time',
  description: 'Run a PromQL range query: the course of each series over a window, at most 300 points.',
  effect: 'read',
  timeoutMs: 35_000,
  input: z.strictObject({
    query: z.string().min(1).max(10_000).describe('PromQL.'),
    window: z
      .string()
      .regex(/^(\d+(ms|[smhdwy]))+$/)
      .default('1h')
      .describe('How far back from the end: 30m, 6h, 7d.'),
    end: z.iso.datetime({ offset: true }).optional().describe('RFC 3339; now when absent.'),
    step: z
      .string()
      .regex(/^(\d+(ms|[smhdwy]))+$/)
      .optional()
      .describe('At least 15s and window/300; chosen when absent.'),
    limit: z.int().min(1).max(100).default(10).describe('Series to return, each whole.'),
  }),
  output: z.object({
    start: z.string(),
    end: z.string(),
    step_seconds: z.number(),
    series: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        min: z.number().nullable(),
        max: z.number().nullable(),
        avg: z.number().nullable(),
        last: z.union([z.number(), z.string(), z.null()]),
        points: z.array(z.tuple([z.number(), z.union([z.number(), z.string()])])).describe('[Unix seconds, value]'),
      }),
    ),
  }),
  examples: [
    {
      input: { query: 'sum(rate(http_requests_total[5m]))', window: '6h' },
      gives: 'the request rate of the last six hours',
    },
  ],

  async run({ query, window, end, step, limit }, context: PrometheusContext) {
    const range = rangeOf(window, end, step, context.now());
    const hints = await guardCost(query, range.end - range.start, context);
    const { data, warnings } = await needPrometheus(context).queryRange(
      query,
      { ...range, timeoutSeconds: QUERY_TIMEOUT_SECONDS },
      context.signal,
    );
    const series = data.slice(0, limit).map(describeSeries);
    const text = series.map((one) => seriesText(one, series.length)).join('\n');
    return {
      data: { start: iso(range.start), end: iso(range.end), step_seconds: range.stepSeconds, series },
      summary: summaryOf(data.length, series.length, window, range.stepSeconds),
      text,
      page: { returned: series.length, total: data.length, truncated: series.length < data.length },
      scope: { query, window, step: `${String(range.stepSeconds)}s` },
      hints: [...hints, ...warnings, ...cutHints(data, series.length)],
      sources: { prometheus: 'ok' as const },
    };
  },
});

function rangeOf(window: string, end: string | undefined, step: string | undefined, now: Date) {
  const seconds = secondsOf(window);
  if (seconds <= 0)
    throw new AppError('invalid_input', `The window ${window} is empty.`, { suggestion: 'Use something like 1h.' });
  const last = (end === undefined ? now : new Date(end)).getTime() / 1000;
  const least = Math.max(MIN_STEP_SECONDS, Math.ceil(seconds / MAX_POINTS));
  const stepSeconds = Math.max(least, step === undefined ? 0 : secondsOf(step));
  return { start: last - seconds, end: last, stepSeconds };
}

function describeSeries({ metric, values }: Series) {
  const points = values.map(([at, value]): [number, number | string] => [at, sampleValue(value)]);
  const numbers = points.map(([, value]) => value).filter((value) => typeof value === 'number');
  const sum = numbers.reduce((total, value) => total + value, 0);
  const some = numbers.length > 0;
  return {
    labels: metric,
    min: some ? Math.min(...numbers) : null,
    max: some ? Math.max(...numbers) : null,
    avg: some ? sum / numbers.length : null,
    last: points.at(-1)?.[1] ?? null,
    points,
  };
}

// With few series every value can be read; with many, the shape of each is what fits.
function seriesText(series: ReturnType<typeof describeSeries>, count: number): string {
  const head = `${labelText(series.labels)} min ${short(series.min)} avg ${short(series.avg)} max ${short(series.max)} last ${short(series.last)}`;
  if (count > 3) return head;
  return `${head}\n${series.points.map(([at, value]) => `${iso(at).slice(0, 19)}Z ${short(value)}`).join('\n')}`;
}

function short(value: number | string | null): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? '-');
}

function summaryOf(total: number, shown: number, window: string, stepSeconds: number): string {
  if (total === 0) return `No series in the last ${window}.`;
  return `${String(total)} series over ${window}, one point every ${String(stepSeconds)} s${shown < total ? `; the first ${String(shown)} shown` : ''}.`;
}

function cutHints(data: readonly Series[], shown: number): string[] {
  if (data.length === 0) return ['Nothing in this window: check the name with list_metrics, or widen the window.'];
  if (shown === data.length) return [];
  const labels = labelCardinality(data.map(({ metric }) => metric))
    .slice(0, 5)
    .map(({ label, values }) => `${label} (${String(values)})`)
    .join(', ');
  return [`Aggregate or narrow; labels by number of values: ${labels}.`];
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
