import type { Logger } from '@devmesh/runtime';

const AGAIN_AFTER_MS = 60_000;

/** A backend that is away makes an error with every poll of every worker: the same message is logged once a minute. */
export function createQuietErrors(logger: Logger): (error: unknown) => void {
  const lastLogged = new Map<string, number>();
  return (error) => {
    const message = error instanceof Error ? error.message : String(error);
    const now = performance.now();
    const last = lastLogged.get(message);
    if (last !== undefined && now - last < AGAIN_AFTER_MS) return;
    // Messages with ids in them would make this grow for ever.
    if (lastLogged.size > 100) lastLogged.clear();
    lastLogged.set(message, now);
    logger.warn('the queue has trouble; it goes on trying', { error });
  };
}
