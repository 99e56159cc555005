import type { Logger } from './logger.ts';

export interface Lifecycle {
  /** `fn` runs at the stop, in reverse order of being named here: what was opened last is closed first. */
  onStop(name: string, fn: () => void | Promise<void>): void;
  /** Runs everything once, however often it is called. Resolves within the deadline, never rejects. */
  stop(): Promise<void>;
  /** Aborted when the stop begins. */
  stopping: AbortSignal;
}

export function createLifecycle({ logger, deadlineMs }: { logger: Logger; deadlineMs: number }): Lifecycle {
  const steps: { name: string; fn: () => void | Promise<void> }[] = [];
  const controller = new AbortController();
  let stopped: Promise<void> | undefined;

  async function runSteps(): Promise<void> {
    controller.abort();
    const endsAt = performance.now() + deadlineMs;
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      await runStep(step, Math.max(0, endsAt - performance.now()), logger);
    }
  }

  return {
    onStop(name, fn) {
      // Opened while everything is being closed: the loop in runSteps would miss it once it has ended.
      if (stopped === undefined) steps.push({ name, fn });
      else void stopped.then(() => runStep({ name, fn }, deadlineMs, logger));
    },
    stop: () => (stopped ??= runSteps()),
    stopping: controller.signal,
  };
}

async function runStep(
  { name, fn }: { name: string; fn: () => void | Promise<void> },
  remainingMs: number,
  logger: Logger,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, remainingMs, 'late');
  });
  try {
    const outcome = await Promise.race([Promise.resolve(fn()), late]);
    if (outcome === 'late') logger.warn('not stopped within the deadline, going on without it', { step: name });
  } catch (error) {
    logger.error('could not be stopped cleanly', { step: name, error });
  } finally {
    clearTimeout(timer);
  }
}
