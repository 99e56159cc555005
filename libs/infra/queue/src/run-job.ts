import { UnrecoverableError } from 'bullmq';
import { AppError, jobs } from '@devmesh/contracts';
import type { JobDefinition, JobName } from '@devmesh/contracts';
import { redactText, withLogContext, withSpan, withTraceContext } from '@devmesh/runtime';
import type { Logger } from '@devmesh/runtime';
import type { BullJob } from './backend.ts';
import { Envelope, parsePayload } from './envelope.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import type { JobHandler } from './queue.ts';

export interface RunJobParts<Name extends JobName> {
  name: Name;
  handler: JobHandler<Name>;
  /** Aborted when the process must end. */
  stopping: AbortSignal;
  logger: Logger;
  metrics: QueueMetrics;
}

/** One try of one job: checked, timed, traced; a failure is logged here and nowhere else. */
export async function runJob<Name extends JobName>(parts: RunJobParts<Name>, job: BullJob): Promise<void> {
  const { name, logger, metrics } = parts;
  const definition: JobDefinition = jobs[name];
  const startedAt = performance.now();
  const finish = (outcome: 'completed' | 'retried' | 'failed') => {
    metrics.ran(name, outcome, (performance.now() - startedAt) / 1_000);
  };
  const { data: envelope } = Envelope.safeParse(job.data);
  const fields = { job: name, job_id: job.id, attempt: job.attemptsMade + 1 };
  await withTraceContext(
    envelope?.trace ?? {},
    () =>
      withLogContext(fields, async () => {
        try {
          await withSpan(`job ${name}`, { attempt: fields.attempt }, () => tryOnce(parts, envelope, job, definition));
          finish('completed');
        } catch (error) {
          const isLast = error instanceof UnrecoverableError || fields.attempt >= (job.opts.attempts ?? 1);
          finish(isLast ? 'failed' : 'retried');
          if (isLast) logger.error('job failed for good', { error });
          else logger.warn('job failed and will be tried again', { error });
          throw forTheBackend(error);
        }
      }),
    { create: true },
  );
}

async function tryOnce<Name extends JobName>(
  { name, handler, stopping }: RunJobParts<Name>,
  envelope: Envelope | undefined,
  job: BullJob,
  { timeoutMs }: JobDefinition,
): Promise<void> {
  const payload = payloadOf(name, envelope);
  const timeout = new AbortController();
  const signal = AbortSignal.any([timeout.signal, stopping]);
  const timer = setTimeout(() => {
    timeout.abort(new AppError('timeout', `Job ${name} took longer than ${String(timeoutMs)} ms.`));
  }, timeoutMs);
  try {
    const work = handler(payload, { signal, attempt: job.attemptsMade + 1, trace: envelope?.trace ?? {} });
    // A handler that does not heed its signal must not hold its place for ever.
    await Promise.race([work, whenAborted(signal)]);
  } finally {
    clearTimeout(timer);
  }
}

function payloadOf<Name extends JobName>(name: Name, envelope: Envelope | undefined) {
  try {
    return parsePayload(name, envelope?.payload);
  } catch (error) {
    // No later try would find another payload.
    throw new UnrecoverableError(error instanceof Error ? error.message : String(error));
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('The job was stopped.'));
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

/** The backend keeps message and stack for days: nothing secret, and no stack. */
function forTheBackend(error: unknown): Error {
  const message = redactText(error instanceof Error ? error.message : String(error));
  const slim = error instanceof UnrecoverableError ? new UnrecoverableError(message) : new Error(message);
  slim.stack = message;
  return slim;
}
