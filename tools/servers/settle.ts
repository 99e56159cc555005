/**
 * Like Promise.all, but never before every one of them has come to its end, so that nothing is still at work behind
 * the back of whoever hears of the first failure.
 */
export async function settle<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
