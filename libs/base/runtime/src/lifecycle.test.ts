import { expect, test } from '@jest/globals';
import { createLifecycle } from './lifecycle.ts';
import { silentLogger } from './logger.ts';

test('closes in reverse order, once, whatever fails', async () => {
  const lifecycle = createLifecycle({ logger: silentLogger(), deadlineMs: 1_000 });
  const closed: string[] = [];
  lifecycle.onStop('store', () => void closed.push('store'));
  lifecycle.onStop('bus', () => Promise.reject(new Error('no')));
  lifecycle.onStop('door', () => void closed.push('door'));
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(closed).toEqual(['door', 'store']);
  expect(lifecycle.stopping.aborted).toBe(true);
});

test('does not wait longer than the deadline, and still closes the rest', async () => {
  const lifecycle = createLifecycle({ logger: silentLogger(), deadlineMs: 30 });
  const closed: string[] = [];
  lifecycle.onStop('store', () => void closed.push('store'));
  lifecycle.onStop('hangs', () => new Promise(() => {}));
  await lifecycle.stop();
  expect(closed).toEqual(['store']);
});

test('closes what was opened while stopping', async () => {
  const lifecycle = createLifecycle({ logger: silentLogger(), deadlineMs: 1_000 });
  await lifecycle.stop();
  await new Promise<void>((resolve) => {
    lifecycle.onStop('late', resolve);
  });
});
