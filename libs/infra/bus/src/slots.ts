/** Lets at most `limit` at a time run; the others wait in order. */
export function createSlots(limit: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = limit;

  const take = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  // A slot goes straight to the next in line, so that nobody who comes later can take it.
  const give = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };

  return async (run) => {
    await take();
    try {
      return await run();
    } finally {
      give();
    }
  };
}
