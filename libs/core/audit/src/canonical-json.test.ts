import { expect, test } from '@jest/globals';
import { canonicalJson } from './canonical-json.ts';

test('the order in which keys were set does not matter, the order of lists does', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'ü"' })).toBe('{"a":"ü\\"","b":[{"c":null,"d":1}]}');
  expect(canonicalJson([2, 1])).toBe('[2,1]');
});
