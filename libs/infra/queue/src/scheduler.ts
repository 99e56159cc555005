import { jobs } from '@devmesh/contracts';
import type { JobDefinition, JobName } from '@devmesh/contracts';
import type { BullQueue } from './backend.ts';
import { jobOptions } from './job-options.ts';

const CHECK_MS = 60_000;
/** A sweep may run for a minute and keep the next one waiting; beyond that nobody plans it any more. */
const OVERDUE_MS = 90_000;

export interface SchedulerParts {
  names: JobName[];
  queueOf(name: JobName): Promise<BullQueue>;
  /** One process at a time. */
  exclusively(work: () => Promise<void>): Promise<void>;
  onError(error: unknown): void;
}

/**
 * Makes the jobs with `everyMs` come. BullMQ plans the next one when a worker takes the last; an error in that moment breaks
 * the chain, so it is looked after once a minute.
 */
export async function startSchedulers(parts: SchedulerParts): Promise<{ stop(): void }> {
  const scheduled = parts.names.filter((name) => everyOf(name) !== undefined);

  async function lookAfterAll(): Promise<void> {
    if (scheduled.length === 0) return;
    await parts.exclusively(async () => {
      for (const name of scheduled) await lookAfter(await parts.queueOf(name), name);
    });
  }

  // A schedule that cannot be planned just now is no reason not to work: the next look comes in a minute.
  await lookAfterAll().catch(parts.onError);
  const timer = setInterval(() => {
    lookAfterAll().catch(parts.onError);
  }, CHECK_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

function everyOf(name: JobName): number | undefined {
  const { everyMs }: JobDefinition = jobs[name];
  return everyMs;
}

/** Plans a schedule that is new, has changed or was broken. One that is well is let be: planning it again would run it again. */
async function lookAfter(queue: BullQueue, name: JobName): Promise<void> {
  const every = everyOf(name);
  if (every === undefined) return;
  const known = await queue.getJobScheduler(name);
  const isWell = known?.every === every && (known.next ?? 0) > Date.now() - every - OVERDUE_MS;
  if (isWell) return;
  const template = { name, data: { payload: {}, trace: {} }, opts: jobOptions(name) };
  await queue.upsertJobScheduler(name, { every }, template);
}
