/** Something that is waited for again and again. A wake that comes between two waits is not lost: it ends the next at once. */
export interface WakeUp {
  wake(): void;
  /** Resolves at the next wake, after `timeoutMs`, or when the signal aborts; leaves nothing behind. */
  next(timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let pending = false;
  let end: (() => void) | undefined;

  async function next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!pending && !signal.aborted) await ended(timeoutMs, signal);
    pending = false;
  }

  async function ended(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const finish = () => {
      resolve(undefined);
    };
    end = finish;
    const timer = setTimeout(finish, timeoutMs);
    signal.addEventListener('abort', finish, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      end = undefined;
    }
  }

  return {
    wake() {
      pending = true;
      end?.();
    },
    next,
  };
}
