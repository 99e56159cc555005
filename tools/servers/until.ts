import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again every `everyMs` until the answer is neither undefined nor an exception.
 * @throws what the last try threw, or that nothing came, once `forMs` have passed
 */
export async function until<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  { forMs, everyMs = 50, what }: { forMs: number; everyMs?: number; what: string },
): Promise<T> {
  const end = performance.now() + forMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${forMs / 1000} s`, { cause });
    await pause(everyMs);
  }
}
