import { expect, test } from '@jest/globals';
import { isoOf, secondsAt } from './moment.ts';

const now = new Date('2026-11-20T12:00:00Z');

test.each([
  [undefined, '2026-11-20T12:00:00Z'],
  ['2026-11-20T11:00:00Z', '2026-11-20T11:00:00Z'],
  ['2026-11-20T11:00:00+02:00', '2026-11-20T09:00:00Z'],
  ['2026-11-20T11:00:00.123456', '2026-11-20T11:00:00Z'],
  ['2026-11-20', '2026-11-20T00:00:00Z'],
  ['1763636400.5', '2025-11-20T11:00:00Z'],
])('%s is %s; without a zone it is UTC', (moment, iso) => {
  expect(isoOf(secondsAt('time', moment, now))).toBe(iso);
});

test.each(['yesterday', '-1h', '2026-13-45T00:00:00Z', ''])('%j is no time', (moment) => {
  expect(() => secondsAt('time', moment, now)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
