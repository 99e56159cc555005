/** Rejects with `failure()` when `work` has not settled in time; `work` itself goes on. */
export async function bounded<T>(work: Promise<T>, timeoutMs: number, failure: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(failure());
    }, timeoutMs);
  });
  // It may still fail when nobody waits any more.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
