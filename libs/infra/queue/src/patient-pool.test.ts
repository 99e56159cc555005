import { expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import { createPatientPool } from './patient-pool.ts';
import type { QueuePool } from './queue-pool.ts';

function failingPool(error: Error): QueuePool & { asked: number } {
  const pool = {
    asked: 0,
    query() {
      pool.asked++;
      return Promise.reject(error);
    },
    connect: () => Promise.reject(error),
    end: () => Promise.resolve(),
    on: () => undefined,
    removeAllListeners: () => undefined,
    options: {},
  };
  return pool;
}

test('a worker that asks again at once asks a failing database a few times a second, not thousands', async () => {
  const pool = failingPool(new Error('syntax error'));
  const stopped = new AbortController();
  const patient = createPatientPool(pool, stopped.signal);
  const startedAt = performance.now();
  while (performance.now() - startedAt < 1_000) await patient.query('select 1').catch(() => undefined);
  expect(pool.asked).toBeLessThan(8);
});

test('stopping does not wait for the patience to end', async () => {
  const stopped = new AbortController();
  const patient = createPatientPool(failingPool(new Error('no')), stopped.signal);
  const startedAt = performance.now();
  stopped.abort();
  for (let i = 0; i < 20; i++) await patient.query('select 1').catch(() => undefined);
  expect(performance.now() - startedAt).toBeLessThan(500);
});

test('a lost connection reaches BullMQ as one that is worth waiting for', async () => {
  const patient = createPatientPool(failingPool(new AppError('unavailable', 'gone')), new AbortController().signal);
  await expect(patient.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
