import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { createWakeUp } from './wake-up.ts';

test('a thousand wakes leave no listener on the signal', async () => {
  const { signal } = new AbortController();
  const wakeUp = createWakeUp();
  for (let i = 0; i < 1000; i++) {
    const next = wakeUp.next(60_000, signal);
    wakeUp.wake();
    await next;
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a wake that comes between two waits ends the next one at once, and only that one', async () => {
  const controller = new AbortController();
  const wakeUp = createWakeUp();
  wakeUp.wake();
  await wakeUp.next(60_000, controller.signal);
  let woken = false;
  const second = wakeUp.next(60_000, controller.signal).then(() => (woken = true));
  await new Promise(setImmediate);
  expect(woken).toBe(false);
  controller.abort();
  await second;
});

test('a signal that has aborted already is not waited for', async () => {
  await createWakeUp().next(60_000, AbortSignal.abort());
});
