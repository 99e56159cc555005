import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import { needPrometheus, QUERY_TIMEOUT_SECONDS, type PrometheusContext } from '../context.ts';
import { guardCost } from '../cost-guardrail.ts';
import { labelTable, labelText, narrowingHint, sampleValue } from '../label-table.ts';
import { isoOf, Moment, secondsAt } from '../moment.ts';
import type { InstantResult } from '../prometheus-client.ts';

/** One value per series, now or at a time. Source: Prometheus HTTP API, `GET /api/v1/query`. */
export const query = defineTool({
  name: 'prometheus.query',
  title: 'Query metrics',
  description: 'Run a PromQL instant query: one current value per series. Use query_range for a course over time.',
  effect: 'read',
  timeoutMs: 35_000,
  input: z.strictObject({
    query: z.string().min(1).max(10_000).describe('PromQL, e.g. sum by (service) (rate(http_requests_total[5m])).'),
    time: Moment.optional().describe('RFC 3339 or Unix seconds; now when absent.'),
    limit: z.int().min(1).max(1000).default(50).describe('Series to return.'),
  }),
  output: z.object({
    result_type: z.enum(['vector', 'matrix', 'scalar', 'string']),
    common_labels: z.record(z.string(), z.string()).describe('Labels that all rows share.'),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  }),
  examples: [{ input: { query: 'up == 0' }, gives: 'the targets that are down' }],

  async run({ query: text, time: moment, limit }, context: PrometheusContext) {
    const time = secondsAt('time', moment, context.now());
    const costly = await guardCost({ query: text, windowSeconds: 0, time }, context);
    const options = { time, timeoutSeconds: QUERY_TIMEOUT_SECONDS };
    const { data, warnings } = await needPrometheus(context).query(text, options, context.signal);
    const all = rowsOf(data);
    const shown = all.slice(0, limit);
    const { common, columns, cells } = labelTable(shown.map(({ labels }) => labels));
    const rows = shown.map(({ value }, index) => [...(cells[index] ?? []), value]);
    return {
      data: { result_type: data.resultType, common_labels: common, columns: [...columns, 'value'], rows },
      text: tableText(common, [...columns, 'value'], rows),
      summary: summaryOf(all, shown.length, isoOf(time)),
      page: { returned: shown.length, total: all.length, truncated: shown.length < all.length },
      scope: { query: text, time: isoOf(time) },
      hints: [...costly, ...warnings, ...hintsFor(data, all, shown.length)],
      sources: { prometheus: 'ok' as const },
    };
  },
});

interface Row {
  labels: Record<string, string>;
  value: number | string | null;
}

function rowsOf(answer: InstantResult): Row[] {
  switch (answer.resultType) {
    case 'vector':
      return answer.result.map(({ metric, value }) => ({
        labels: metric,
        value: value ? sampleValue(value[1]) : null,
      }));
    case 'matrix':
      return answer.result.map(({ metric, values }) => ({
        labels: metric,
        value: sampleValue(values.at(-1)?.[1] ?? 'NaN'),
      }));
    case 'scalar':
      return [{ labels: {}, value: sampleValue(answer.result[1]) }];
    case 'string':
      return [{ labels: {}, value: answer.result[1] }];
  }
}

function tableText(
  common: Record<string, string>,
  columns: string[],
  rows: readonly (string | number | null)[][],
): string {
  if (rows.length === 0) return '';
  const shared = Object.keys(common).length === 0 ? [] : [`All: ${labelText(common)}`];
  return [...shared, ...[columns, ...rows].map((cells) => cells.map((cell) => cell ?? '').join(' | '))].join('\n');
}

function summaryOf([first, ...more]: readonly Row[], shown: number, at: string): string {
  if (!first) return `No series match at ${at}.`;
  if (more.length === 0) return `1 series at ${at}: ${String(first.value)}.`;
  const total = more.length + 1;
  return `${String(total)} series at ${at}${shown < total ? `, the first ${String(shown)} shown` : ''}.`;
}

function hintsFor({ resultType }: InstantResult, all: readonly Row[], shown: number): string[] {
  if (all.length === 0) {
    return [
      'The metric may not exist, a label value may differ, or the comparison may be false everywhere: list_metrics finds names; take conditions away one by one.',
    ];
  }
  const onlyLast =
    resultType === 'matrix' ? ['The last value of each range is shown: query_range gives the course.'] : [];
  if (shown === all.length) return onlyLast;
  return [
    ...onlyLast,
    `${narrowingHint(all.map(({ labels }) => labels))} topk(${String(shown)}, …) gives the highest.`,
  ];
}
