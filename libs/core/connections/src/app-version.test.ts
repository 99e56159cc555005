import { expect, test } from '@jest/globals';
import { compareVersions } from './app-version.ts';

test.each([
  ['1.9.0', '1.10.0'],
  ['1.4', '1.4.1'],
  ['1.5.0-rc.1', '1.5.0'],
  ['1.5.0-rc.2', '1.5.0-rc.10'],
  ['v1.4.9', '1.5.0-rc.1'],
  ['0.0.0-dev', '0.0.1'],
])('%s is older than %s', (older, newer) => {
  expect(compareVersions(older, newer)).toBeLessThan(0);
  expect(compareVersions(newer, older)).toBeGreaterThan(0);
});

test('build labels do not count', () => {
  expect(compareVersions('1.4.0+abc', '1.4.0+def')).toBe(0);
});
