import { styleText } from 'node:util';
import { cleanJson, cleanText } from './clean-text.ts';
import type { CliError, ErrorFacts } from './cli-error.ts';
import type { Io, Screen } from './io.ts';

export const FORMATS = ['text', 'json', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** Data goes to stdout, whatever is said about it to stderr; under json and jsonl both are JSON, stderr one object a line. */
export interface Output {
  format: Format;
  /** One answer, in words or as it came. */
  answer(value: unknown, text: (screen: Screen) => string): void;
  /** A page: as text, whole, or item by item. */
  page(
    page: { data: readonly unknown[]; has_more: boolean; next_cursor: string | null },
    text: (screen: Screen) => string,
  ): void;
  /** Something to know that is no data. */
  note(message: string, facts?: Record<string, unknown>): void;
}

export function createOutput({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>, format: Format): Output {
  const line = (text: string) => stdout.write(`${text}\n`);
  const note: Output['note'] = (message, facts = {}) => {
    stderr.write(`${format === 'text' ? cleanText(message) : cleanJson({ message, ...facts }, 0)}\n`);
  };
  const answer: Output['answer'] = (value, text) => {
    if (format !== 'text') line(cleanJson(value ?? null, format === 'json' ? 2 : 0));
    else lineUnlessEmpty(text(stdout), line);
  };
  return {
    format,
    note,
    answer,
    page(page, text) {
      if (format === 'jsonl') for (const item of page.data) line(cleanJson(item, 0));
      else answer(page, text);
      if (page.has_more && page.next_cursor !== null && format !== 'json')
        note(`There are more: --cursor ${page.next_cursor}`, { next_cursor: page.next_cursor });
    },
  };
}

function lineUnlessEmpty(text: string, line: (text: string) => unknown): void {
  if (text !== '') line(text);
}

/** Explains a failure on stderr: code, message, next step; one JSON object under json and jsonl. */
export function printError({ facts }: CliError, { stderr }: Pick<Io, 'stderr'>, format: Format): void {
  stderr.write(format === 'text' ? errorText(facts, stderr) : `${cleanJson({ error: facts }, 0)}\n`);
}

function errorText(facts: ErrorFacts, { hasColors }: Screen): string {
  const { code, message, suggestion, details, request_id: requestId, call_id: callId } = facts;
  const label = hasColors ? styleText(['bold', 'red'], code, { validateStream: false }) : code;
  const lines = [`${label}: ${cleanText(message)}`, `  Next: ${cleanText(suggestion)}`];
  // They may be long: in text only where the next step points to them.
  if (details !== undefined && suggestion.includes('details')) lines.push(`  Details: ${cleanJson(details, 0)}`);
  if (callId !== undefined) lines.push(`  Call: ${cleanText(callId)}`);
  if (requestId !== undefined) lines.push(`  Request: ${cleanText(requestId)}`);
  return `${lines.join('\n')}\n`;
}
