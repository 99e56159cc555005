/** Waits for the promise, at most so long. */
export async function within(promise: Promise<void> | undefined, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${String(ms)} ms`));
    }, ms);
  });
  await Promise.race([promise ?? Promise.reject(new Error('there is nothing to wait for')), late]).finally(() => {
    clearTimeout(timer);
  });
}
