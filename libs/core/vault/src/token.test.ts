import { expect, test } from '@jest/globals';
import { hashToken, newToken, sameText } from './token.ts';

test('a token is its prefix and 43 URL-safe characters, never the same twice', () => {
  const tokens = Array.from({ length: 100 }, () => newToken('devmesh_'));
  for (const token of tokens) expect(token).toMatch(/^devmesh_[A-Za-z0-9_-]{43}$/);
  expect(new Set(tokens).size).toBe(100);
});

test('a token is stored as its SHA-256', () => {
  expect(hashToken('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});

test('only equal texts are the same, whatever their lengths', () => {
  expect(sameText('abc', 'abc')).toBe(true);
  expect(sameText('abc', 'abd')).toBe(false);
  expect(sameText('abc', 'abcd')).toBe(false);
  expect(sameText('', '')).toBe(true);
});
