import { styleText } from 'node:util';
import { oneLine } from './clean-text.ts';
import type { Screen } from './io.ts';

type Cell = string | number | boolean | null | undefined;
export type Column<Row> = readonly [heading: string, cell: (row: Row) => Cell];

const GAP = '  ';
const LEAST_WIDTH = 8;

/** Aligned columns without lines around them: the same to read and to cut. On a terminal the last column ends at its edge. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], screen: Screen): string {
  const cells = rows.map((row) => columns.map(([, cell]) => show(cell(row))));
  const headings = columns.map(([heading]) => heading);
  const widths = headings.map((heading, index) =>
    Math.max(heading.length, ...cells.map((line) => length(line[index] ?? ''))),
  );
  const layout = { widths: fit(widths, screen.width) };
  const head = lineOf(headings, layout.widths);
  return [
    screen.hasColors ? styleText('dim', head, { validateStream: false }) : head,
    ...cells.map((line) => lineOf(line, layout.widths)),
  ].join('\n');
}

/** `name  value` lines; what is absent is left out. */
export function fields(entries: readonly (readonly [name: string, value: Cell])[]): string {
  const shown = entries.filter(([, value]) => value !== undefined && value !== null && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}${GAP}${show(value)}`).join('\n');
}

function show(value: Cell): string {
  return value === undefined || value === null ? '' : oneLine(String(value));
}

/** Only the last column gives way: ids and names are for copying. */
function fit(widths: number[], screenWidth: number | undefined): number[] {
  if (screenWidth === undefined) return widths;
  const others = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  return widths.with(-1, Math.min(widths.at(-1) ?? 0, Math.max(LEAST_WIDTH, screenWidth - others)));
}

function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0))
    .join(GAP)
    .trimEnd();
}

function cut(text: string, width: number): string {
  return length(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - length(text)));
}

function length(text: string): number {
  return [...text].length;
}
