import { setTimeout as delay } from 'node:timers/promises';
import type { QueuePool, QueuePoolClient } from './queue-pool.ts';

const FIRST_MS = 50;
const LONGEST_MS = 2_000;

/**
 * A pool for workers. BullMQ's worker asks again at once when a statement fails, as fast as the machine can: here a failure
 * takes longer to arrive each time, up to two seconds. A lost connection is told in the words by which BullMQ knows that it
 * should try again rather than fail the job.
 */
export function createPatientPool(pool: QueuePool, stopped: AbortSignal): QueuePool {
  let failures = 0;

  async function patiently<T>(run: () => Promise<T>): Promise<T> {
    try {
      const result = await run();
      failures = 0;
      return result;
    } catch (error) {
      const waitMs = Math.min(FIRST_MS * 2 ** failures++, LONGEST_MS);
      await delay(waitMs, undefined, { signal: stopped }).catch(() => undefined);
      throw inBullMqsWords(error);
    }
  }

  return {
    query: (text, values) => patiently(() => pool.query(text, values)),
    connect: () => patiently<QueuePoolClient>(() => pool.connect()),
    end: () => pool.end(),
    on: (event, listener) => pool.on(event, listener),
    removeAllListeners: (event) => pool.removeAllListeners(event),
    options: pool.options,
  };
}

function inBullMqsWords(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'unavailable') return error;
  return Object.assign(new Error(`ECONNREFUSED: ${error.message}`, { cause: error }), { code: 'ECONNREFUSED' });
}
