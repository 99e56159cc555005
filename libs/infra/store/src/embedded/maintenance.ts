import type { Logger } from '@devmesh/runtime';
import type { PgQueryable } from '../pg-pool-like.ts';

const EVERY_MS = 10 * 60_000;
const AFTER_STATEMENTS = 50_000;

export interface Maintenance {
  /** Another statement ran that may have written. */
  count(): void;
  stop(): void;
}

/** The embedded engine has no autovacuum: VACUUM ANALYZE on a timer, where anything happened, and after many statements. */
export function startMaintenance(pool: PgQueryable, logger: Logger): Maintenance {
  let statements = 0;
  let running = false;

  async function vacuum(): Promise<void> {
    if (running || statements === 0) return;
    running = true;
    statements = 0;
    const startedAt = performance.now();
    try {
      await pool.query('vacuum (analyze)');
      logger.debug('vacuumed the embedded database', { duration_ms: Math.round(performance.now() - startedAt) });
    } catch (error) {
      logger.warn('could not vacuum the embedded database; the next round tries again', { error });
    } finally {
      running = false;
      // What the vacuum's own statement counted.
      statements = 0;
    }
  }

  const timer = setInterval(() => void vacuum(), EVERY_MS);
  timer.unref();
  return {
    count() {
      statements++;
      if (statements >= AFTER_STATEMENTS) void vacuum();
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
