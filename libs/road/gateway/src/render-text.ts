import type { ToolOutput } from '@devmesh/contracts';

/** The readable form of a tool's output: the summary, then its data, compact and marked as nobody's instruction. */
export function renderText(output: ToolOutput, source: string | undefined): string {
  const body = output.text ?? renderData(output.data);
  const marked =
    source === undefined || body === '' ? body : `<data source="${source}" trust="untrusted">\n${body}\n</data>`;
  const hints = (output.hints ?? []).map((hint) => `Hint: ${hint}`);
  const next = output.page?.next === undefined ? [] : [`More: call again with cursor "${output.page.next}".`];
  return [output.summary, marked, ...hints, ...next].filter((part) => part !== '').join('\n');
}

function renderData(data: Record<string, unknown>): string {
  const { columns, rows, ...rest } = data;
  if (!isStrings(columns) || !Array.isArray(rows)) return renderFields(data);
  return [renderFields(rest), renderTable(columns, rows)].filter((part) => part !== '').join('\n');
}

function renderTable(columns: readonly string[], rows: readonly unknown[]): string {
  const lines = rows.map((row) => (Array.isArray(row) ? row.map(cell).join(' | ') : cell(row)));
  return [columns.join(' | '), ...lines].join('\n');
}

function renderFields(data: Record<string, unknown>): string {
  return Object.entries(data)
    .map(([key, value]) => `${key}: ${cell(value)}`)
    .join('\n');
}

function cell(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
