import { cleanText } from './clean-text.ts';
import type { Screen } from './io.ts';
import { fields, table, type Column } from './table.ts';

type Data = Record<string, unknown>;

/** Any tool's `data` for a person: tables where it is a table, `name  value` where it is not. */
export function renderData(data: Data, screen: Screen): string {
  const { columns, rows, ...rest } = data;
  if (!isTexts(columns) || !isRows(rows)) return renderFields(data, screen);
  const shown = table(
    rows,
    columns.map((name, index): Column<unknown[]> => [name, (row) => cell(row[index])]),
    screen,
  );
  return together([renderFields(rest, screen), shown]);
}

function renderFields(data: Data, screen: Screen): string {
  const entries = Object.entries(data);
  const plain = entries.filter(([, value]) => !isObjects(value) && !isLong(value));
  const long = entries
    .filter(([, value]) => isLong(value))
    .map(([name, value]) => `${name}:\n${cleanText(String(value)).trimEnd()}`);
  const lists = entries.flatMap(([name, value]) =>
    isObjects(value) ? [`${name}:\n${renderObjects(value, screen)}`] : [],
  );
  return together([fields(plain.map(([name, value]) => [name, cell(value)])), ...long, ...lists]);
}

function renderObjects(items: readonly Data[], screen: Screen): string {
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  return table(
    items,
    names.map((name): Column<Data> => [name, (item) => cell(item[name])]),
    screen,
  );
}

export function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

export function together(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const isRows = (value: unknown): value is unknown[][] =>
  Array.isArray(value) && value.every((item) => Array.isArray(item));
const isLong = (value: unknown): value is string => typeof value === 'string' && value.includes('\n');
const isObjects = (value: unknown): value is Data[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item));
