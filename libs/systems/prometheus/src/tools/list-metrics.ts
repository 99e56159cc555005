import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import { needPrometheus, type PrometheusContext } from '../context.ts';
import { counted } from '../counted.ts';
import { quoted } from '../matcher.ts';

const MAX_HELP = 200;

/** Names of metrics with type and help. Source: Prometheus HTTP API, `GET /api/v1/label/__name__/values` and `/metadata`. */
export const listMetrics = defineTool({
  name: 'prometheus.list_metrics',
  title: 'Find metrics',
  description: 'Find metric names that contain a text or match a regular expression, with type and help.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    match: z.string().min(2).max(200).describe('Part of the name, or an RE2 pattern.'),
    limit: z.int().min(1).max(500).default(50).describe('Names to return.'),
  }),
  output: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  examples: [{ input: { match: 'http_request' }, gives: 'the metrics about HTTP requests' }],

  async run({ match, limit }, context: PrometheusContext) {
    const selector = `{__name__=~${quoted(`.*(?:${match}).*`)}}`;
    // One more than wanted: old servers ignore the limit and give all, new ones show so that there are more.
    const names = needPrometheus(context).metricNames(selector, limit + 1, context.signal);
    const [{ data: found }, metadata] = await Promise.all([names, describedMetrics(context)]);
    const rows = found.slice(0, limit).map((name) => {
      const { type = '', help = '' } = metadata?.[name]?.[0] ?? metadata?.[familyOf(name)]?.[0] ?? {};
      return [name, type, help.slice(0, MAX_HELP)];
    });
    const truncated = found.length > limit;
    return {
      data: { columns: ['name', 'type', 'help'], rows },
      summary: summaryOf(match, rows.length, truncated),
      page: { returned: rows.length, ...(!truncated && { total: rows.length }), truncated },
      scope: { query: selector },
      hints: hintsFor(rows.length, truncated, metadata !== undefined),
      sources: { prometheus: 'ok' as const },
    };
  },
});

// A courtesy: without descriptions the names still stand.
async function describedMetrics(context: PrometheusContext) {
  try {
    return (await needPrometheus(context).metadata(context.signal)).data;
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}

// Histograms and summaries are described under the name without the suffix.
function familyOf(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}

function summaryOf(match: string, shown: number, truncated: boolean): string {
  if (shown === 0) return `No metric name matches "${match}".`;
  return truncated
    ? `More than ${counted(shown, 'metric')} match "${match}".`
    : `${counted(shown, 'metric')} for "${match}".`;
}

function hintsFor(shown: number, truncated: boolean, described: boolean): string[] {
  if (shown === 0) return ['Try a shorter part of the name; list_targets shows what is scraped at all.'];
  return [
    ...(truncated ? ['Give a longer part of the name, or raise the limit.'] : []),
    ...(described ? [] : ['Types and help could not be had.']),
  ];
}
