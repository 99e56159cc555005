import { expect, test } from '@jest/globals';
import { createMetrics, silentLogger, type Logger } from '@devmesh/runtime';
import { createBatchWriter } from './batch-writer.ts';

function harness(write: (items: number[]) => Promise<void>, over: { maxItems?: number; maxWaiting?: number } = {}) {
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger(), warn: (message) => void warnings.push(message) };
  const metrics = createMetrics({ service: 'test' });
  const writer = createBatchWriter<number>({
    name: 'test',
    write,
    maxDelayMs: 5,
    maxItems: 3,
    logger,
    metrics,
    ...over,
  });
  return { writer, warnings, metrics };
}

test('items are written in order, in batches of at most maxItems', async () => {
  const batches: number[][] = [];
  const { writer } = harness(async (items) => void batches.push(items));
  for (let item = 1; item <= 7; item++) writer.add(item);
  await writer.flush();
  expect(batches.flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(Math.max(...batches.map((batch) => batch.length))).toBe(3);
});

test('an item is written without a flush, within the delay', async () => {
  const written = Promise.withResolvers<number[]>();
  const { writer } = harness(async (items) => written.resolve(items));
  writer.add(1);
  expect(await written.promise).toEqual([1]);
});

test('a failed batch is kept, tried again, and nothing is written twice once it has worked', async () => {
  const batches: number[][] = [];
  let away = true;
  const { writer } = harness(async (items) => {
    if (away) throw new Error('away');
    batches.push(items);
  });
  writer.add(1);
  await expect(writer.flush()).rejects.toThrow('away');
  away = false;
  writer.add(2);
  await writer.flush();
  expect(batches.flat()).toEqual([1, 2]);
});

test('an outage is said once, and its end once, however many items come meanwhile', async () => {
  let away = true;
  const { writer, warnings } = harness(async () => {
    if (away) throw new Error('away');
  });
  for (let item = 0; item < 500; item++) writer.add(item);
  await expect(writer.flush()).rejects.toThrow('away');
  await expect(writer.flush()).rejects.toThrow('away');
  away = false;
  await writer.flush();
  expect(warnings).toEqual(['a batch cannot be written; it is kept and tried again', 'batches are written again']);
});

test('what waits is bounded, and what is dropped is counted', async () => {
  const { writer, metrics } = harness(() => Promise.reject(new Error('away')), { maxWaiting: 10 });
  for (let item = 0; item < 25; item++) writer.add(item);
  await expect(writer.flush()).rejects.toThrow('away');
  expect(await metrics.text()).toMatch(/batch_items_dropped_total\{[^}]*\} 15/);
});

test('stop writes what waits', async () => {
  const batches: number[][] = [];
  const { writer } = harness(async (items) => void batches.push(items));
  writer.add(1);
  await writer.stop();
  expect(batches).toEqual([[1]]);
});
