import { AppError, jobs } from '@devmesh/contracts';
import type { JobDefinition, JobName } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import type { Backend, BullQueue, BullWorker, WorkerSettings } from './backend.ts';
import { bounded } from './bounded.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import type { JobHandler, JobHandlers, Stop } from './queue.ts';
import { runJob } from './run-job.ts';
import { startSchedulers } from './scheduler.ts';

export interface WorkersParts {
  backend: Backend;
  handlers: JobHandlers;
  queueOf(name: JobName): Promise<BullQueue>;
  logger: Logger;
  metrics: QueueMetrics;
  onError(error: unknown): void;
  stopDeadlineMs: number;
}

/** What a stopped job gets to write its end down. */
const LAST_WORDS_MS = 2_000;

export async function startWorkers(parts: WorkersParts): Promise<Stop> {
  const { backend, handlers, queueOf, logger, metrics, onError } = parts;
  await backend.ready();
  const names = (Object.keys(handlers) as JobName[]).filter((name) => handlers[name] !== undefined);
  const place = backend.openWorkers();
  const stopping = new AbortController();

  async function start(name: JobName): Promise<BullWorker> {
    // The handler fits the name by the type of `handlers`; over all names at once that cannot be said.
    const handler = handlers[name] as JobHandler<JobName>;
    const run = { name, handler, stopping: stopping.signal, logger, metrics };
    const worker = place.openWorker(name, (job) => runJob(run, job), settingsOf(name, backend));
    worker.on('error', onError);
    worker.on('failed', (job, error) => {
      // Given up after its workers died under it: nothing else logs that.
      if (/stalled/.test(error.message)) logger.error('job failed for good', { job: name, job_id: job?.id, error });
    });
    await worker.waitUntilReady();
    worker.run().catch(onError);
    return worker;
  }

  const started = await Promise.allSettled(names.map(start));
  const workers = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = started.find((outcome) => outcome.status === 'rejected');
  let schedulers: { stop(): void } | undefined;

  async function stop(): Promise<void> {
    schedulers?.stop();
    const deadline = setTimeout(() => {
      stopping.abort(new AppError('unavailable', 'The process is stopping; the job will be tried again.'));
    }, parts.stopDeadlineMs);
    const closing = Promise.allSettled(workers.map((worker) => worker.close()));
    await bounded(closing, parts.stopDeadlineMs + LAST_WORDS_MS, () => new Error('late')).catch(() => {
      logger.warn('jobs were still running at the deadline; another worker will run them again');
    });
    clearTimeout(deadline);
    await place.close();
  }

  try {
    if (failure !== undefined) throw failure.reason;
    schedulers = await startSchedulers({ names, queueOf, exclusively: backend.exclusively, onError });
  } catch (error) {
    await stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return () => (stopped ??= stop());
}

function settingsOf(name: JobName, { stall }: Backend): WorkerSettings {
  const { concurrency }: JobDefinition = jobs[name];
  return {
    concurrency,
    lockDuration: stall.lockDurationMs,
    stalledInterval: stall.stalledIntervalMs,
    // A job that took three workers down with it is not given to a fourth.
    maxStalledCount: 3,
    drainDelay: 5,
    runRetryDelay: 1_000,
    autorun: false,
  };
}
