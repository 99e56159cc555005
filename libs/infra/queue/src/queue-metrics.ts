import type { JobName } from '@devmesh/contracts';
import type { Metrics } from '@devmesh/runtime';
import type { JobDepth } from './queue.ts';

export interface QueueMetrics {
  ran(job: JobName, outcome: 'completed' | 'retried' | 'failed', seconds: number): void;
  /** Sets `queue_depth{job,state}` before each reading. */
  observeDepth(read: () => Promise<Record<JobName, JobDepth>>): void;
}

export function createQueueMetrics(metrics: Metrics): QueueMetrics {
  const total = metrics.counter({
    name: 'queue_jobs_total',
    help: 'Tries of jobs, by how they ended; `retried` failed and will be tried again.',
    labels: ['job', 'outcome'],
  });
  const duration = metrics.histogram({
    name: 'queue_job_duration_seconds',
    help: 'Time of one try of a job.',
    labels: ['job'],
  });
  const depth = metrics.gauge({
    name: 'queue_depth',
    help: 'Jobs in the queue; the same number from every process.',
    labels: ['job', 'state'],
  });
  return {
    ran(job, outcome, seconds) {
      total.inc({ job, outcome });
      duration.observe({ job }, seconds);
    },
    observeDepth(read) {
      metrics.onCollect(async () => {
        for (const [job, states] of Object.entries(await read()))
          for (const [state, count] of Object.entries(states)) depth.set({ job, state }, count as number);
      });
    },
  };
}
