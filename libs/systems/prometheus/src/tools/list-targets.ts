import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import { needPrometheus, type PrometheusContext } from '../context.ts';

/** What Prometheus scrapes and whether it answers. Source: Prometheus HTTP API, `GET /api/v1/targets`. */
export const listTargets = defineTool({
  name: 'prometheus.list_targets',
  title: 'List scrape targets',
  description: 'List what Prometheus scrapes, with health and the last error; the ones that are down come first.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    health: z.enum(['any', 'up', 'down', 'unknown']).default('any'),
    job: z.string().max(200).optional().describe('Only this job.'),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({
    counts: z.record(z.string(), z.number()),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
  }),
  examples: [{ input: { health: 'down' }, gives: 'the targets that do not answer, and why' }],

  async run({ health, job, limit }, context: PrometheusContext) {
    const { data } = await needPrometheus(context).targets(context.signal);
    const ofJob = data.filter(({ labels }) => job === undefined || labels['job'] === job);
    const wanted = ofJob
      .filter((target) => health === 'any' || target.health === health)
      .sort((a, b) => order(a.health) - order(b.health));
    const rows = wanted
      .slice(0, limit)
      .map((target) => [
        target.labels['job'] ?? '',
        target.labels['instance'] ?? '',
        target.health,
        target.lastScrape,
        target.lastError,
      ]);
    const counts = countBy(ofJob.map((target) => target.health));
    return {
      data: { counts, columns: ['job', 'instance', 'health', 'last_scrape', 'last_error'], rows },
      summary:
        ofJob.length === 0
          ? `No targets${job === undefined ? '' : ` of job "${job}"`}.`
          : `${String(ofJob.length)} targets: ${Object.entries(counts)
              .map(([state, count]) => `${String(count)} ${state}`)
              .join(', ')}.`,
      page: { returned: rows.length, total: wanted.length, truncated: rows.length < wanted.length },
      hints:
        ofJob.length === 0 && job !== undefined
          ? [`Jobs: ${[...new Set(data.map(({ labels }) => labels['job'] ?? ''))].slice(0, 20).join(', ') || 'none'}.`]
          : [],
      sources: { prometheus: 'ok' as const },
    };
  },
});

function order(health: string): number {
  return ['down', 'unknown', 'up'].indexOf(health);
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
