import { redact } from './redact.ts';

const MAX_TEXT = 8 * 1024;
const MAX_ITEMS = 100;
const MAX_DEPTH = 8;

/** What one line may hold: redacted, and small enough that no caller can fill the disk with one value. */
export function logRecord(fields: Record<string, unknown>): Record<string, unknown> {
  return shorten(redact(fields), 0) as Record<string, unknown>;
}

/** The text of a line. A value that cannot be written must not cost the request that wanted to log it. */
export function logLine(record: Record<string, unknown>): string {
  try {
    return JSON.stringify(logRecord(record));
  } catch (error) {
    return JSON.stringify({ level: record['level'], message: String(record['message']), unloggable: String(error) });
  }
}

function shorten(value: unknown, depth: number): unknown {
  if (typeof value === 'string')
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${String(value.length)} characters)` : value;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[list]' : '[object]';
  if (Array.isArray(value)) return shortenList(value, depth);
  const entries = Object.entries(value);
  const kept = entries.slice(0, MAX_ITEMS).map(([name, item]) => [name, shorten(item, depth + 1)]);
  if (entries.length > MAX_ITEMS) kept.push(['…', `${String(entries.length - MAX_ITEMS)} more fields`]);
  return Object.fromEntries(kept) as unknown;
}

function shortenList(list: readonly unknown[], depth: number): unknown[] {
  const kept = list.slice(0, MAX_ITEMS).map((item) => shorten(item, depth + 1));
  return list.length > MAX_ITEMS ? [...kept, `… ${String(list.length - MAX_ITEMS)} more`] : kept;
}
