import { expect, test } from '@jest/globals';
import { assertVersion, expectedVersion, isFresh } from './etag.ts';
import { etagOf } from './reply.ts';

test.each([
  ['"3"', '3'],
  ['W/"3"', '3'],
  ['*', undefined],
  [undefined, undefined],
])('reads If-Match %s', (header, version) => {
  expect(expectedVersion(header)).toBe(version);
});

test.each(['3', '"3', '"1", "2"', ''])('refuses If-Match %j', (header) => {
  expect(() => expectedVersion(header)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test('is a conflict when somebody was faster', () => {
  assertVersion(etagOf(3), 3);
  expect(() => {
    assertVersion('"2"', 3);
  }).toThrow(expect.objectContaining({ code: 'conflict', details: { reason: 'stale', version: 3 } }));
});

test('knows what the client has', () => {
  expect([isFresh('"1", W/"2"', '"2"'), isFresh('*', '"2"'), isFresh('"1"', '"2"'), isFresh(undefined, '"2"')]).toEqual(
    [true, true, false, false],
  );
});
