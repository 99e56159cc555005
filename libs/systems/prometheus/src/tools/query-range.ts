import { defineTool } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { z } from 'zod';
import { needPrometheus, QUERY_TIMEOUT_SECONDS, type PrometheusContext } from '../context.ts';
import { guardCost } from '../cost-guardrail.ts';
import { narrowingHint } from '../label-table.ts';
import { isoOf, Moment, secondsAt } from '../moment.ts';
import type { Series } from '../prometheus-client.ts';
import { DURATION, secondsOf } from '../selectors.ts';
import { Course, courseOf, coursesText, figuresOf } from '../series-course.ts';

const MAX_POINTS = 300;
const MIN_STEP_SECONDS = 15;

/** Values over time. Source: Prometheus HTTP API, `GET /api/v1/query_range`. */
export const queryRange = defineTool({
  name: 'prometheus.query_range',
  title: 'Query metrics over time',
  description: 'Run a PromQL range query: the course of each series over a window, with its minimum, mean and maximum.',
  effect: 'read',
  timeoutMs: 35_000,
  input: z.strictObject({
    query: z.string().min(1).max(10_000).describe('PromQL.'),
    window: z.string().regex(DURATION).default('1h').describe('How far back from the end: 30m, 6h, 7d.'),
    end: Moment.optional().describe('RFC 3339 or Unix seconds; now when absent.'),
    points: z.int().min(2).max(MAX_POINTS).default(60).describe('At most so many per series.'),
    step: z
      .string()
      .regex(DURATION)
      .optional()
      .describe('Time between points, if more than the points need; least 15s.'),
    limit: z.int().min(1).max(100).default(10).describe('Series to return, each whole.'),
  }),
  output: z.object({ start: z.string(), end: z.string(), step_seconds: z.number(), series: z.array(Course) }),
  examples: [
    {
      input: { query: 'sum(rate(http_requests_total[5m]))', window: '6h' },
      gives: 'the request rate of the last six hours',
    },
  ],

  async run({ query, window, end: moment, points, step, limit }, context: PrometheusContext) {
    const end = secondsAt('end', moment, context.now());
    const { start, stepSeconds } = rangeOf(window, end, points, step);
    const costly = await guardCost({ query, windowSeconds: end - start, time: end }, context);
    const range = { start, end, stepSeconds, timeoutSeconds: QUERY_TIMEOUT_SECONDS };
    const { data, warnings } = await needPrometheus(context).queryRange(query, range, context.signal);
    const series = data.slice(0, limit).map(courseOf);
    return {
      data: { start: isoOf(start), end: isoOf(end), step_seconds: stepSeconds, series },
      summary: summaryOf(data.length, series, window, stepSeconds),
      text: coursesText(series),
      page: { returned: series.length, total: data.length, truncated: series.length < data.length },
      scope: { query, window, step: `${String(stepSeconds)}s` },
      hints: [...costly, ...warnings, ...hintsFor(data, series.length)],
      sources: { prometheus: 'ok' as const },
    };
  },
});

function rangeOf(window: string, end: number, points: number, step: string | undefined) {
  const seconds = secondsOf(window);
  if (seconds < 1)
    throw new AppError('invalid_input', `The window ${window} is too short.`, { suggestion: 'Use something like 1h.' });
  // Both ends are points, so there is one more of them than there are steps.
  const least = Math.max(MIN_STEP_SECONDS, Math.ceil(seconds / (points - 1)));
  return { start: end - seconds, stepSeconds: Math.max(least, step === undefined ? 0 : secondsOf(step)) };
}

function summaryOf(total: number, [first, ...more]: readonly Course[], window: string, stepSeconds: number): string {
  if (!first) return `No series in the window of ${window}.`;
  const grid = `${String(total)} series over ${window}, one point every ${String(stepSeconds)} s`;
  if (total === 1) return `${grid}: ${figuresOf(first)}.`;
  return total > more.length + 1 ? `${grid}; the first ${String(more.length + 1)} shown.` : `${grid}.`;
}

function hintsFor(data: readonly Series[], shown: number): string[] {
  if (data.length === 0) return ['Nothing in this window: check the name with list_metrics, or widen the window.'];
  return shown === data.length ? [] : [narrowingHint(data.map(({ metric }) => metric))];
}
