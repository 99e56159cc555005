import { expect, test } from '@jest/globals';
import { table } from './table.ts';

const rows = [
  { id: 'a', title: 'short' },
  { id: 'long-id', title: 'a title that is longer than the screen' },
];
const columns = [
  ['ID', (row: { id: string }) => row.id],
  ['TITLE', (row: { title: string }) => row.title],
] as const;
const screen = (width: number | undefined) => ({
  write: () => true,
  isTerminal: width !== undefined,
  hasColors: false,
  width,
});

test('aligns without lines and without spaces at the ends', () => {
  expect(table(rows, columns, screen(undefined))).toBe(
    'ID       TITLE\na        short\nlong-id  a title that is longer than the screen',
  );
});

test('on a terminal only the last column is cut', () => {
  expect(table(rows, columns, screen(20)).split('\n')[2]).toBe('long-id  a title th…');
});

test('a cell stays on its line', () => {
  expect(table([{ id: 'x', title: 'a\n\tb\u001b[31mc' }], columns, screen(undefined))).toBe('ID  TITLE\nx   a ⏎ bc');
});
