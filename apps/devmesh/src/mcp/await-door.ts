import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@devmesh/contracts';
import { keyRefused } from './bridge-failures.ts';

export interface Door {
  url: URL;
  pid: number;
}

const START_MS = 30_000;
const ASK_MS = 5_000;
const AGAIN_MS = 200;

/**
 * Waits until the platform that is starting answers, and learns at once whether it takes the key: a person who tries this by
 * hand has sent nothing yet. False when its process ended meanwhile.
 * @throws AppError `unauthenticated`; `unavailable` when it does not answer in 30 s.
 */
export async function awaitDoor({ url, pid }: Door, apiKey: string, isThere: () => Promise<boolean>): Promise<boolean> {
  const endsAt = performance.now() + START_MS;
  while (await isThere()) {
    const response = await ask(url, apiKey);
    if (response !== undefined) {
      const answer: unknown = await response.json().catch(() => undefined);
      if (response.status === 401) throw keyRefused(answer);
      return true;
    }
    if (performance.now() > endsAt)
      throw new AppError(
        'unavailable',
        `Process ${String(pid)} has the data folder, but nothing answers at ${url.href}.`,
        {
          suggestion: `Look at its log; end it with \`kill ${String(pid)}\` and start it again.`,
        },
      );
    await delay(AGAIN_MS);
  }
  return false;
}

/** Any answer will do: without a session it is a refusal, which costs nothing. */
async function ask(url: URL, apiKey: string): Promise<Response | undefined> {
  const headers = { authorization: `Bearer ${apiKey}`, accept: 'application/json, text/event-stream' };
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(ASK_MS) });
  } catch {
    return undefined;
  }
}
