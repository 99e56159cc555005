import { setTimeout as delay } from 'node:timers/promises';

/** Waits for `work`, but not longer than this, and whatever becomes of it. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([
    work.catch(() => undefined),
    delay(ms, undefined, { signal: over.signal }).catch(() => undefined),
  ]);
  over.abort();
}
