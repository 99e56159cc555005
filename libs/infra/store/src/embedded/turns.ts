import { AppError } from '@devmesh/contracts';

/** Who has the one connection, in words for the error of those who waited in vain. */
export interface TurnHolder {
  describe(): string;
}

export interface Turns {
  /**
   * Waits for the connection, first come first served. Gives the function that hands it back.
   * @throws AppError `unavailable`, naming the holder, after the time-out.
   */
  take(holder: TurnHolder): Promise<() => void>;
  waiting(): number;
  isTaken(): boolean;
}

interface Waiter {
  holder: TurnHolder;
  go(): void;
}

/** Turns on a thing of which there is one. */
export function createTurns(timeoutMs: number): Turns {
  const queue: Waiter[] = [];
  let current: { holder: TurnHolder; since: number } | undefined;

  function start(holder: TurnHolder): () => void {
    const turn = { holder, since: Date.now() };
    current = turn;
    return () => {
      if (current !== turn) return;
      current = undefined;
      queue.shift()?.go();
    };
  }

  function inVain(): AppError {
    const heldMs = current === undefined ? 0 : Date.now() - current.since;
    const holder = current?.holder.describe() ?? 'nobody';
    return new AppError(
      'unavailable',
      `The embedded database's one connection was not free within ${String(timeoutMs)} ms: ${holder} has it for ${String(heldMs)} ms.`,
      {
        suggestion:
          'Inside a transaction use the transaction, not `db`; end transactions before you wait for anything else.',
      },
    );
  }

  return {
    take(holder) {
      if (current === undefined) return Promise.resolve(start(holder));
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          holder,
          go() {
            clearTimeout(timer);
            resolve(start(holder));
          },
        };
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(waiter), 1);
          reject(inVain());
        }, timeoutMs);
        queue.push(waiter);
      });
    },
    waiting: () => queue.length,
    isTaken: () => current !== undefined,
  };
}
