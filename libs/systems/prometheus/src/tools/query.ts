import { defineTool, type ToolResult } from '@devmesh/adapter';
import { z } from 'zod';
import { needPrometheus, QUERY_TIMEOUT_SECONDS, type PrometheusContext } from '../context.ts';
import { guardCost } from '../cost-guardrail.ts';
import { labelCardinality, labelTable, sampleValue } from '../label-table.ts';
import type { InstantResult } from '../prometheus-client.ts';

const Output = z.object({
  result_type: z.enum(['vector', 'matrix', 'scalar', 'string']),
  common_labels: z.record(z.string(), z.string()),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
});
type Data = z.infer<typeof Output>;

/** One value per series, now or at a time. Source: Prometheus HTTP API, `GET /api/v1/query`. */
export const query = defineTool({
  name: 'prometheus.query',
  title: 'Query metrics',
  description: 'Run a PromQL instant query: one current value per series. Use query_range for a course over time.',
  effect: 'read',
  timeoutMs: 35_000,
  input: z.strictObject({
    query: z.string().min(1).max(10_000).describe('PromQL, e.g. sum by (service) (rate(http_requests_total[5m])).'),
    time: z.string().max(40).optional().describe('RFC 3339 or Unix seconds; now when absent.'),
    limit: z.int().min(1).max(1000).default(50).describe('Series to return.'),
  }),
  output: Output,
  examples: [{ input: { query: 'up == 0' }, gives: 'the targets that are down' }],

  async run({ query: text, time, limit }, context: PrometheusContext) {
    const hints = await guardCost(text, 0, context);
    const { data, warnings } = await needPrometheus(context).query(
      text,
      { time, timeoutSeconds: QUERY_TIMEOUT_SECONDS },
      context.signal,
    );
    const rows = seriesOf(data);
    const shown = rows.slice(0, limit);
    return {
      ...answer(data.resultType, rows, shown),
      scope: { query: text, ...(time !== undefined && { time }) },
      hints: [...hints, ...warnings, ...emptyHints(rows.length), ...cutHints(rows, shown.length)],
      sources: { prometheus: 'ok' as const },
    };
  },
});

interface Row {
  labels: Record<string, string>;
  value: number | string | null;
  at: number | null;
}

function seriesOf(result: InstantResult): Row[] {
  switch (result.resultType) {
    case 'vector':
      return result.result.map(({ metric, value }) => ({
        labels: metric,
        value: value ? sampleValue(value[1]) : null,
        at: value?.[0] ?? null,
      }));
    case 'matrix':
      return result.result.map(({ metric, values }) => ({
        labels: metric,
        value: values.length === 0 ? null : sampleValue(values.at(-1)?.[1] ?? ''),
        at: values.at(-1)?.[0] ?? null,
      }));
    case 'scalar':
    case 'string':
      return [
        {
          labels: {},
          value: result.resultType === 'scalar' ? sampleValue(result.result[1]) : result.result[1],
          at: result.result[0],
        },
      ];
  }
}

function answer(resultType: Data['result_type'], all: readonly Row[], shown: readonly Row[]): ToolResult<Data> {
  const { common, columns, cells } = labelTable(shown.map(({ labels }) => labels));
  const rows = shown.map(({ value }, index) => [...(cells[index] ?? []), value]);
  return {
    data: { result_type: resultType, common_labels: common, columns: [...columns, 'value'], rows },
    summary: summaryOf(all, shown.length),
    page: { returned: shown.length, total: all.length, truncated: shown.length < all.length },
  };
}

function summaryOf(all: readonly Row[], shown: number): string {
  const first = all[0];
  if (!first) return 'No series match now.';
  const at = first.at === null ? '' : ` at ${new Date(first.at * 1000).toISOString()}`;
  if (all.length === 1) return `1 series: ${String(first.value)}${at}.`;
  return `${String(all.length)} series${at}${shown < all.length ? `, the first ${String(shown)} shown` : ''}.`;
}

function emptyHints(count: number): string[] {
  return count > 0
    ? []
    : [
        'Nothing matched: the metric may not exist, a label value may differ, or the comparison may be false everywhere. list_metrics finds names; take conditions away one by one.',
      ];
}

function cutHints(rows: readonly Row[], shown: number): string[] {
  if (shown === rows.length) return [];
  const labels = labelCardinality(rows.map((row) => row.labels))
    .slice(0, 5)
    .map(({ label, values }) => `${label} (${String(values)})`)
    .join(', ');
  return [`Narrow or aggregate; labels by number of values: ${labels}.`];
}
