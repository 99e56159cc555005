import { expect, test } from '@jest/globals';
import { createGate } from './gate.ts';

test('runs so many at once, lets so many wait, refuses the rest', async () => {
  const gate = createGate({ atOnce: 2, waiting: 1 });
  let running = 0;
  let most = 0;
  const finish: (() => void)[] = [];
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => finish.push(resolve));
    running -= 1;
  };
  const three = [gate(work), gate(work), gate(work)];
  await expect(gate(work)).rejects.toMatchObject({ code: 'unavailable' });
  while (finish.length > 0) {
    finish.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(three);
  expect(most).toBe(2);
});
