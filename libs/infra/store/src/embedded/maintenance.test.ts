import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { silentLogger } from '@devmesh/runtime';
import type { PgQueryable } from '../pg-pool-like.ts';
import { startMaintenance } from './maintenance.ts';

const asked: string[] = [];
const pool: PgQueryable = {
  query(text) {
    asked.push(text);
    return Promise.resolve({ rows: [], rowCount: null, command: 'VACUUM' });
  },
};

beforeEach(() => {
  jest.useFakeTimers();
  asked.length = 0;
});
afterEach(() => {
  jest.useRealTimers();
});

test('an idle database is left alone, a used one is vacuumed within ten minutes', async () => {
  const maintenance = startMaintenance(pool, silentLogger());
  await jest.advanceTimersByTimeAsync(30 * 60_000);
  expect(asked).toEqual([]);
  maintenance.count();
  await jest.advanceTimersByTimeAsync(10 * 60_000);
  expect(asked).toEqual(['vacuum (analyze)']);
  maintenance.stop();
  maintenance.count();
  await jest.advanceTimersByTimeAsync(30 * 60_000);
  expect(asked).toHaveLength(1);
});

test('many statements do not wait for the timer', async () => {
  const maintenance = startMaintenance(pool, silentLogger());
  for (let i = 0; i < 50_000; i++) maintenance.count();
  await jest.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(['vacuum (analyze)']);
  maintenance.stop();
});
