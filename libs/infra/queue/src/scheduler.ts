import { jobs } from '@devmesh/contracts';
import type { JobDefinition, JobName } from '@devmesh/contracts';
import type { BullQueue } from './backend.ts';
import { jobOptions } from './job-options.ts';

const CHECK_MS = 60_000;

export interface SchedulerParts {
  names: JobName[];
  queueOf(name: JobName): Promise<BullQueue>;
  onError(error: unknown): void;
}

/**
 * Makes the jobs with `everyMs` come. BullMQ plans the next one when a worker takes the last; an error in that moment breaks
 * the chain, so it is looked after once a minute.
 */
export async function startSchedulers({ names, queueOf, onError }: SchedulerParts): Promise<{ stop(): void }> {
  const scheduled = names.filter((name) => everyOf(name) !== undefined);
  for (const name of scheduled) await upsert(await queueOf(name), name);

  async function repair(): Promise<void> {
    for (const name of scheduled) {
      const queue = await queueOf(name);
      const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts('waiting', 'active', 'delayed');
      if (waiting + active + delayed === 0) await upsert(queue, name);
    }
  }

  const timer = setInterval(() => {
    repair().catch(onError);
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

async function upsert(queue: BullQueue, name: JobName): Promise<void> {
  const every = everyOf(name);
  if (every === undefined) return;
  const template = { name, data: { payload: {}, trace: {} }, opts: jobOptions(name) };
  await queue.upsertJobScheduler(name, { every }, template);
}
