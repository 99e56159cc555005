import { AppError } from '@devmesh/contracts';

/** Lets `atOnce` pieces of work run together, `waiting` more wait in line, and refuses the rest as `unavailable`. */
export function createGate({ atOnce, waiting }: { atOnce: number; waiting: number }) {
  let running = 0;
  const line: (() => void)[] = [];

  async function enter(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (line.length >= waiting) throw overloaded();
    // Whoever leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => line.push(resolve));
  }

  function leave(): void {
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }

  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

function overloaded(): AppError {
  return new AppError('unavailable', 'Too many people are signing in at this moment.', {
    suggestion: 'Try again in a few seconds.',
  });
}
