import type { DependencyState, Logger } from '@devmesh/runtime';
import { AppError } from '@devmesh/contracts';
import type { PoolWatcher } from './guarded-pool.ts';

export interface WatchedState extends PoolWatcher {
  state(): DependencyState;
}

/** An answer younger than this is believed without asking again. */
const FRESH_MS = 5_000;

/**
 * Remembers whether the last use of the database went well; logs the change, not each failure. `probe` is asked in the
 * background when somebody wants to know and the last use is old or went wrong, so a database that is back is seen.
 */
export function watchPool(logger: Logger, probe: () => Promise<unknown>): WatchedState {
  let reason: string | undefined;
  let changedAt = new Date();
  let succeededAt = Date.now();
  let probing = false;

  function change(next: string | undefined): void {
    reason = next;
    changedAt = new Date();
  }

  function ask(): void {
    if (probing || (reason === undefined && Date.now() - succeededAt < FRESH_MS)) return;
    probing = true;
    // The guarded pool tells the outcome to `succeeded` or `lost`.
    probe()
      .catch(() => undefined)
      .finally(() => {
        probing = false;
      });
  }

  return {
    succeeded() {
      succeededAt = Date.now();
      if (reason === undefined) return;
      logger.info('the database is back', { away_ms: succeededAt - changedAt.getTime() });
      change(undefined);
    },
    lost(error) {
      if (reason !== undefined) return;
      const cause = error instanceof AppError ? error.cause : error;
      change(cause instanceof Error && cause.message !== '' ? cause.message : 'The connection was lost.');
      logger.warn('the database cannot be reached', { error });
    },
    state() {
      ask();
      const since = changedAt.toISOString();
      return reason === undefined ? { state: 'up', since } : { state: 'down', reason, since };
    },
  };
}
