import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineCursor } from './cursor.ts';
import { listPage } from './list.ts';

const position = z.object({ at: z.string(), id: z.string() });
const cursor = defineCursor({ name: 'calls', position });
const signed = defineCursor({ name: 'calls', position, mac: (text) => `mac${String(text.length)}` });
const where = { at: '2026', id: 'c1' };

test('gives back what was put in, and nothing for nothing', () => {
  expect(cursor.decode(cursor.encode(where))).toEqual(where);
  expect(signed.decode(signed.encode(where))).toEqual(where);
  expect(cursor.decode(undefined)).toBeUndefined();
});

const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  '',
  'x',
  '%%%',
  'a.b.c',
  'x'.repeat(5_000),
  forged(['calls', { at: 1 }]),
  forged(['others', where]),
  forged(where),
  cursor.encode(where).slice(1),
])('refuses what this list did not give out: %s', (text) => {
  expect(() => cursor.decode(text)).toThrow(
    expect.objectContaining({ code: 'invalid_input', suggestion: expect.stringContaining('next_cursor') }),
  );
});

test('refuses a changed one where it is signed', () => {
  const other = signed.encode({ ...where, id: 'c12345' });
  const mac = signed.encode(where).split('.')[1] ?? '';
  expect(() => signed.decode(`${other.split('.')[0] ?? ''}.${mac}`)).toThrow();
  expect(() => signed.decode(cursor.encode(where))).toThrow();
});

test('says whether there is more, and where', () => {
  const how = { item: (row: number) => ({ row }), cursor: (last: number) => `after ${String(last)}` };
  expect(listPage([1, 2, 3], 2, how)).toEqual({
    data: [{ row: 1 }, { row: 2 }],
    next_cursor: 'after 2',
    has_more: true,
  });
  expect(listPage([1, 2], 2, how)).toEqual({ data: [{ row: 1 }, { row: 2 }], next_cursor: null, has_more: false });
  expect(listPage([], 2, how)).toEqual({ data: [], next_cursor: null, has_more: false });
});
