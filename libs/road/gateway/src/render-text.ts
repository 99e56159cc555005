import { untrustedText } from '@devmesh/calls';
import type { ToolOutput } from '@devmesh/contracts';

const CUT = '… cut here.';

/**
 * The readable form of a tool's output, at most `maxBytes` long as far as summary and hints allow: the summary, its data,
 * compact and (where it came from a system, `source`) marked as nobody's instruction, then hints. Data is cut between lines.
 */
export function renderText(output: ToolOutput, source: string | undefined, maxBytes: number): string {
  const marked = (text: string) => (source === undefined || text === '' ? text : untrustedText(source, text));
  const body = output.text ?? renderData(output.data);
  const around = (middle: string[]) => joined([output.summary, ...middle, ...footer(output)]);
  const whole = around([marked(body)]);
  if (bytes(whole) <= maxBytes) return whole;
  const budget = maxBytes - bytes(around([marked('x'), CUT]));
  return around([marked(linesThatFit(body, budget)), CUT]);
}

function footer({ hints = [], page }: ToolOutput): string[] {
  const next = page?.next === undefined ? [] : [`More: call again with cursor "${page.next}".`];
  return [...hints.map((hint) => `Hint: ${hint}`), ...next];
}

function linesThatFit(text: string, maxBytes: number): string {
  const lines = text.split('\n');
  let used = 0;
  // What is marked as untrusted grows by some characters; four a line are kept free for that.
  const end = lines.findIndex((line) => (used += bytes(line) + 4) > maxBytes);
  return (end === -1 ? lines : lines.slice(0, end)).join('\n');
}

function renderData(data: Record<string, unknown>): string {
  const { columns, rows, ...rest } = data;
  if (!isStrings(columns) || !Array.isArray(rows)) return renderFields(data);
  return joined([renderFields(rest), renderTable(columns, rows)]);
}

function renderTable(columns: readonly string[], rows: readonly unknown[]): string {
  const lines = rows.map((row) => (Array.isArray(row) ? row.map(cell).join(' | ') : cell(row)));
  return [columns.join(' | '), ...lines].join('\n');
}

// A list is one item a line, so that a cut falls between items.
function renderFields(data: Record<string, unknown>): string {
  return Object.entries(data)
    .map(([key, value]) => (isLong(value) ? [`${key}:`, ...value.map(cell)].join('\n') : `${key}: ${cell(value)}`))
    .join('\n');
}

const SHORT_LIST = 200;

function isLong(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 1 && cell(value).length > SHORT_LIST;
}

function cell(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n');
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
