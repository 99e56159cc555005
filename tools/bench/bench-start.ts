import { benchPlatform } from './bench-platform.ts';
import type { Say } from './compare.ts';
import { median } from './load.ts';

const ROUNDS = 3;

/** From the start of the process to ready, first and on existing data, and the memory after it. Seconds and MiB: there is no baseline. */
export async function benchStart(say: Say): Promise<void> {
  const first: number[] = [];
  const again: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const platform = await benchPlatform(1);
    first.push(platform.ready.readyMs);
    memory.push(await platform.memoryMib());
    await platform.stop();
    const reopened = await platform.reopen();
    again.push(reopened.ready.readyMs);
    await reopened.stop();
    await platform.remove();
  }
  const seconds = (values: readonly number[]) => `${(median(values) / 1000).toFixed(2)} s`;
  say({
    what: 'start to ready',
    ratio: Number.NaN,
    detail: `first ${seconds(first)}, reopened ${seconds(again)}; memory after start ${median(memory).toFixed(0)} MiB`,
  });
}
