import { expect, jest, test } from '@jest/globals';
import { createHealth } from './health.ts';
import type { DependencyState } from './health.ts';

const noon = '2026-01-01T12:00:00.000Z';

test('is up only when everything critical is', async () => {
  const health = createHealth({ clock: () => new Date(noon) });
  let bus: DependencyState = { state: 'up' };
  health.add('bus', () => bus);
  health.add('cache', () => ({ state: 'down', critical: false, reason: 'refused' }));
  expect(await health.report()).toEqual({
    status: 'up',
    dependencies: {
      bus: { state: 'up', since: noon },
      cache: { state: 'down', critical: false, reason: 'refused', since: noon },
    },
  });
  bus = { state: 'unknown', reason: 'not asked yet' };
  expect((await health.report()).status).toBe('down');
});

test('says since when a state has lasted', async () => {
  let now = new Date(noon);
  let state: DependencyState['state'] = 'up';
  const health = createHealth({ clock: () => now });
  health.add('bus', () => ({ state }));
  const since = async () => (await health.report()).dependencies['bus']?.since;
  expect(await since()).toBe(noon);
  now = new Date('2026-01-01T13:00:00.000Z');
  expect(await since()).toBe(noon);
  state = 'down';
  expect(await since()).toBe(now.toISOString());
});

test('takes a check that throws for down and one that hangs for unknown', async () => {
  jest.useFakeTimers();
  const health = createHealth({ clock: () => new Date(noon) });
  health.add('throws', () => {
    throw new Error('refused');
  });
  health.add('hangs', () => new Promise(() => {}));
  const report = health.report();
  await jest.advanceTimersByTimeAsync(2_000);
  jest.useRealTimers();
  expect((await report).dependencies).toMatchObject({
    throws: { state: 'down', reason: 'refused' },
    hangs: { state: 'unknown' },
  });
});

test('is not ready while draining', async () => {
  const health = createHealth({ clock: () => new Date(noon) });
  health.setDraining();
  expect((await health.report()).status).toBe('draining');
});
