import { jobs } from '@devmesh/contracts';
import type { JobDefinition, JobName } from '@devmesh/contracts';
import type { AddOptions } from './queue.ts';

const DAY_S = 86_400;

/** The catalog's settings in BullMQ's words. What is done goes soon, what failed stays a week, and neither without bound. */
export function jobOptions(name: JobName): object {
  const { attempts, backoffMs }: JobDefinition = jobs[name];
  return {
    attempts,
    // Jitter, or a thousand jobs that failed together would come back together.
    ...(backoffMs > 0 && { backoff: { type: 'exponential', delay: backoffMs, jitter: 0.3 } }),
    removeOnComplete: { age: 3_600, count: 100 },
    removeOnFail: { age: 7 * DAY_S, count: 1_000 },
    stackTraceLimit: 1,
  };
}

export function addOptions(name: JobName, { delayMs, dedupeKey }: AddOptions): object {
  return {
    ...jobOptions(name),
    ...(delayMs !== undefined && { delay: delayMs }),
    ...(dedupeKey !== undefined && { deduplication: { id: dedupeKey, keepLastIfActive: true } }),
  };
}
