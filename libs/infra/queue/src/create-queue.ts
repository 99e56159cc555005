import { jobs } from '@devmesh/contracts';
import type { JobName } from '@devmesh/contracts';
import { traceContext } from '@devmesh/runtime';
import type { Logger, Metrics } from '@devmesh/runtime';
import type { Backend, BullQueue } from './backend.ts';
import { bounded } from './bounded.ts';
import { parsePayload } from './envelope.ts';
import { addOptions } from './job-options.ts';
import { createQueueMetrics } from './queue-metrics.ts';
import { queueUnavailable } from './queue-unavailable.ts';
import type { JobDepth, Queue, Stop } from './queue.ts';
import { createQuietErrors } from './quiet-errors.ts';
import { startWorkers } from './workers.ts';

export interface QueueOptions {
  logger: Logger;
  metrics: Metrics;
  /** What running jobs get to finish when work is stopped. Default 25,000. */
  stopDeadlineMs?: number;
}

const ADD_TIMEOUT_MS = 5_000;
const DEPTH_TIMEOUT_MS = 2_000;
const START_TIMEOUT_MS = 10_000;
const jobNames = Object.keys(jobs) as JobName[];

/** The queue over a backend; what the forms have in common is all here. */
export function createQueue(backend: Backend, options: QueueOptions): Queue {
  const { logger, metrics, stopDeadlineMs = 25_000 } = options;
  const queueMetrics = createQueueMetrics(metrics);
  const onError = createQuietErrors(logger);
  const queues = new Map<JobName, Promise<BullQueue>>();
  const stops = new Set<Stop>();
  let closed: Promise<void> | undefined;

  async function openQueue(name: JobName): Promise<BullQueue> {
    await backend.ready();
    const queue = backend.openQueue(name);
    queue.on('error', onError);
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      // BullMQ remembers a first failure for ever: this one is of no use any more, the next to ask gets another.
      queues.delete(name);
      await queue.close().catch(() => undefined);
      throw error;
    }
  }

  function queueOf(name: JobName): Promise<BullQueue> {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const opening = openQueue(name);
    queues.set(name, opening);
    opening.catch(() => queues.delete(name));
    return opening;
  }

  async function within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    try {
      if (closed !== undefined) throw new Error('The queue was closed.');
      return await bounded(work(), timeoutMs, () => new Error(`No answer within ${String(timeoutMs)} ms.`));
    } catch (error) {
      throw queueUnavailable(error);
    }
  }

  async function readDepth(): Promise<Record<JobName, JobDepth>> {
    const entries = jobNames.map(async (name) => {
      const queue = await queueOf(name);
      const {
        waiting = 0,
        active = 0,
        delayed = 0,
        failed = 0,
      } = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
      return [name, { waiting, active, delayed, failed }] as const;
    });
    return Object.fromEntries(await Promise.all(entries)) as Record<JobName, JobDepth>;
  }

  async function close(): Promise<void> {
    await Promise.all([...stops].map((stop) => stop()));
    const closing = [...queues.values()].map(async (opening) => (await opening).close());
    await bounded(Promise.allSettled(closing), DEPTH_TIMEOUT_MS, () => new Error('late')).catch(() => undefined);
    await backend.close();
  }

  const queue: Queue = {
    async add(name, payload, addOptionsGiven = {}) {
      const envelope = { payload: parsePayload(name, payload), trace: traceContext() };
      await within(ADD_TIMEOUT_MS, async () =>
        (await queueOf(name)).add(name, envelope, addOptions(name, addOptionsGiven)),
      );
    },
    async work(handlers) {
      const parts = { backend, handlers, queueOf, logger, metrics: queueMetrics, onError, stopDeadlineMs };
      const stopWorkers = await within(START_TIMEOUT_MS, () => startWorkers(parts));
      const stop = async () => {
        stops.delete(stop);
        await stopWorkers();
      };
      stops.add(stop);
      return stop;
    },
    depth: () => within(DEPTH_TIMEOUT_MS, readDepth),
    state: backend.state,
    close: () => (closed ??= close()),
  };
  queueMetrics.observeDepth(queue.depth);
  return queue;
}
