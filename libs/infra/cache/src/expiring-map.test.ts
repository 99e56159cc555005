import { expect, test } from '@jest/globals';
import { createExpiringMap } from './expiring-map.ts';

test('an entry is there before its end and gone at it', () => {
  const map = createExpiringMap<string>(10);
  map.set('a', 'x', 100, 0);
  expect(map.get('a', 99)).toBe('x');
  expect(map.get('a', 100)).toBeUndefined();
});

test('entries that nobody asks for again go as new ones come', () => {
  const map = createExpiringMap<string>(1_000_000);
  for (let i = 0; i < 1_000; i++) map.set(`old-${i}`, 'x', 100, 0);
  for (let i = 0; i < 1_000; i++) map.set(`new-${i}`, 'x', 10_000, 200);
  expect(map.size()).toBeLessThanOrEqual(1_001);
});

test('one busy key does not keep ended ones alive', () => {
  const map = createExpiringMap<string>(1_000_000);
  for (let i = 0; i < 1_000; i++) map.set(`old-${i}`, 'x', 100, 0);
  for (let i = 0; i < 2_000; i++) map.set('busy', 'x', 10_000, 200);
  expect(map.size()).toBe(1);
});
