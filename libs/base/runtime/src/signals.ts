import type { Health } from './health.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { ProcessLogger } from './logger.ts';

export interface SignalOptions {
  logger: ProcessLogger;
  health: Health;
  lifecycle: Lifecycle;
}

/**
 * SIGTERM and SIGINT: not ready any more, stop everything within the deadline, exit 0. A second signal means that
 * somebody does not want to wait: exit at once. An exception that nobody caught stops the same way and exits 1.
 */
export function handleSignals({ logger, health, lifecycle }: SignalOptions): void {
  let stopping = false;

  async function leave(exitCode: number): Promise<void> {
    stopping = true;
    health.setDraining();
    await lifecycle.stop();
    await logger.flush();
    process.exit(exitCode);
  }

  function onSignal(signal: NodeJS.Signals): void {
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    logger.info('stopping', { signal });
    void leave(0);
  }

  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', (error) => {
    logger.error('an exception was caught by nobody', { error });
    if (!stopping) void leave(1);
  });
}
