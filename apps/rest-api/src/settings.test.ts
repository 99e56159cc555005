import { expect, test } from '@jest/globals';
import { RestSettings } from './settings.ts';

test.each([
  ['1', 1],
  [' 2 ', 2],
  ['loopback', 'loopback'],
  ['10.0.0.0/8, 127.0.0.1', '10.0.0.0/8, 127.0.0.1'],
  [undefined, undefined],
])('TRUST_PROXY %j is a number of hops where it is a number, else addresses', (given, expected) => {
  expect(RestSettings.parse({ TRUST_PROXY: given }).TRUST_PROXY).toBe(expected);
});
