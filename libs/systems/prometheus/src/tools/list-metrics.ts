import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import { needPrometheus, type PrometheusContext } from '../context.ts';
import { quoted } from '../matcher.ts';

/** Names of metrics with type and help. Source: Prometheus HTTP API, `GET /api/v1/label/__name__/values` and `/metadata`. */
export const listMetrics = defineTool({
  name: 'prometheus.list_metrics',
  title: 'Find metrics',
  description: 'Find metric names that contain a text or match a regular expression, with type and help.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    match: z.string().min(2).max(200).describe('Part of the name, or an RE2 pattern.'),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  examples: [{ input: { match: 'http_request' }, gives: 'the metrics about HTTP requests' }],

  async run({ match, limit }, context: PrometheusContext) {
    const prometheus = needPrometheus(context);
    const selector = `{__name__=~${quoted(`.*(?:${match}).*`)}}`;
    const { data: names } = await prometheus.metricNames(selector, limit + 1, context.signal);
    // Descriptions are a courtesy: without them the names still stand.
    const { data: metadata } = await prometheus
      .metadata(context.signal)
      .catch(() => ({ data: {} as Record<string, { type: string; help: string }[]> }));
    context.signal.throwIfAborted();
    const rows = names
      .slice(0, limit)
      .map((name) => [name, metadata[baseName(name)]?.[0]?.type ?? '', metadata[baseName(name)]?.[0]?.help ?? '']);
    const truncated = names.length > limit;
    return {
      data: { columns: ['name', 'type', 'help'], rows },
      summary:
        names.length === 0
          ? `No metric name matches "${match}".`
          : `${truncated ? `More than ${String(limit)}` : String(rows.length)} metrics match "${match}".`,
      page: { returned: rows.length, truncated },
      scope: { query: selector },
      hints: names.length === 0 ? ['Try a shorter part of the name; list_targets shows what is scraped at all.'] : [],
      sources: { prometheus: 'ok' as const },
    };
  },
});

// Histograms and summaries are described under the name without the suffix.
function baseName(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}
