import { defineTool } from '@devmesh/adapter';
import { z } from 'zod';
import { needPrometheus, type PrometheusContext } from '../context.ts';
import { counted } from '../counted.ts';
import { shortTime } from '../moment.ts';
import type { Target } from '../prometheus-client.ts';

const MAX_ERROR = 200;

/** What Prometheus scrapes and whether it answers. Source: Prometheus HTTP API, `GET /api/v1/targets`. */
export const listTargets = defineTool({
  name: 'prometheus.list_targets',
  title: 'List scrape targets',
  description: 'List what Prometheus scrapes, with health and the last error; the ones that are down come first.',
  effect: 'read',
  timeoutMs: 20_000,
  input: z.strictObject({
    health: z.enum(['any', 'up', 'down', 'unknown']).default('any').describe('Only targets in this state.'),
    job: z.string().max(200).optional().describe('Only this job.'),
    limit: z.int().min(1).max(500).default(50).describe('Targets to return.'),
  }),
  output: z.object({
    jobs: z.record(z.string(), z.record(z.string(), z.number())).describe('Number of targets by job and health.'),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
  }),
  examples: [{ input: { health: 'down' }, gives: 'the targets that do not answer, and why' }],

  async run({ health, job, limit }, context: PrometheusContext) {
    const { data: all } = await needPrometheus(context).targets(context.signal);
    const ofJob = all.filter(({ labels }) => job === undefined || labels['job'] === job);
    const wanted = ofJob.filter((target) => health === 'any' || target.health === health).sort(worstFirst);
    const rows = wanted.slice(0, limit).map(rowOf);
    return {
      data: { jobs: countByJob(ofJob), columns: ['job', 'instance', 'health', 'last_scrape', 'last_error'], rows },
      summary: summaryOf(ofJob, job),
      page: { returned: rows.length, total: wanted.length, truncated: rows.length < wanted.length },
      hints: hintsFor(all, ofJob, rows.length < wanted.length),
      sources: { prometheus: 'ok' as const },
    };
  },
});

const WORST_FIRST = ['down', 'unknown', 'up'];
/** Jobs that are counted one by one. */
const MAX_JOBS = 50;

function worstFirst(a: Target, b: Target): number {
  return WORST_FIRST.indexOf(a.health) - WORST_FIRST.indexOf(b.health);
}

function rowOf({ labels, health, lastScrape, lastError }: Target): string[] {
  return [labels['job'] ?? '', labels['instance'] ?? '', health, shortTime(lastScrape), lastError.slice(0, MAX_ERROR)];
}

function countByJob(targets: readonly Target[]): Record<string, Record<string, number>> {
  const byJob = [...Map.groupBy(targets, ({ labels }) => labels['job'] ?? '')].slice(0, MAX_JOBS);
  return Object.fromEntries(byJob.map(([job, of]) => [job, countByHealth(of)]));
}

function countByHealth(targets: readonly Target[]): Record<string, number> {
  const counts = WORST_FIRST.map((state): [string, number] => [
    state,
    targets.filter(({ health }) => health === state).length,
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function summaryOf(targets: readonly Target[], job: string | undefined): string {
  const of = job === undefined ? '' : ` of job "${job}"`;
  if (targets.length === 0) return `No target${of}.`;
  const states = Object.entries(countByHealth(targets)).map(([state, count]) => `${String(count)} ${state}`);
  return `${counted(targets.length, 'target')}${of}: ${states.join(', ')}.`;
}

function hintsFor(all: readonly Target[], ofJob: readonly Target[], truncated: boolean): string[] {
  if (truncated) return ['Give a job or a health, or raise the limit.'];
  if (ofJob.length > 0) return [];
  const jobs = [...new Set(all.map(({ labels }) => labels['job'] ?? ''))].slice(0, 20);
  return [jobs.length === 0 ? 'This Prometheus scrapes nothing.' : `Jobs: ${jobs.join(', ')}.`];
}
