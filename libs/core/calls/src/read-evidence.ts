import { AppError } from '@devmesh/contracts';
import jmespath from 'jmespath';
import { RE2JS } from 're2js';

/** Characters of one page. */
export const EVIDENCE_PAGE = 16_000;
const MAX_MATCHES = 100;

export interface EvidenceQuestion {
  /** RE2 pattern: linear time, so no pattern can hang. */
  grep?: string | undefined;
  /** JMESPath over the kept JSON. */
  query?: string | undefined;
  /** 1-based. */
  page?: number | undefined;
}

export interface EvidenceAnswer {
  text: string;
  page: number;
  pages: number;
  /** Lines that matched, with `grep` only. */
  matches?: number;
}

/** Answers a question about a kept text. Throws `invalid_input` for a bad pattern, query or page. */
export function readEvidence(text: string, { grep, query, page = 1 }: EvidenceQuestion): EvidenceAnswer {
  if (grep !== undefined && query !== undefined)
    throw new AppError('invalid_input', 'Give either grep or query, not both.');
  if (grep !== undefined) return grepLines(text, grep);
  return pageOf(query === undefined ? text : queried(text, query), page);
}

function grepLines(text: string, pattern: string): EvidenceAnswer {
  const compiled = compile(pattern);
  const matching = pretty(text)
    .split('\n')
    .filter((line) => compiled.matcher(line).find());
  return { text: firstLines(matching), page: 1, pages: 1, matches: matching.length };
}

// Whole lines, but for a first one that is longer than a page.
function firstLines(lines: readonly string[]): string {
  let characters = 0;
  const fitting = lines.slice(0, MAX_MATCHES).filter((line) => (characters += line.length + 1) <= EVIDENCE_PAGE);
  return fitting.length > 0 ? fitting.join('\n') : (lines[0] ?? '').slice(0, EVIDENCE_PAGE);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw new AppError('invalid_input', `"${pattern}" is not a pattern that can be run (RE2 syntax).`, {
      cause,
      suggestion: 'Leave out look-arounds and back-references.',
    });
  }
}

function queried(text: string, query: string): string {
  const kept = jsonOf(text);
  if (kept === undefined) {
    throw new AppError('invalid_input', 'This evidence is text, not JSON.', { suggestion: 'Use grep or page.' });
  }
  try {
    return JSON.stringify(jmespath.search(kept, query) ?? null, null, 1);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'bad query';
    throw new AppError('invalid_input', `The JMESPath query cannot be run: ${why}.`, {
      cause,
      suggestion: 'Try keys(@) first, or grep.',
    });
  }
}

function pageOf(text: string, page: number): EvidenceAnswer {
  const pages = Math.max(1, Math.ceil(text.length / EVIDENCE_PAGE));
  if (page < 1 || page > pages)
    throw new AppError('invalid_input', `There is no page ${String(page)}: pages 1 to ${String(pages)}.`);
  return { text: text.slice((page - 1) * EVIDENCE_PAGE, page * EVIDENCE_PAGE), page, pages };
}

// One line of minified JSON would match as a whole; indented, a line is a fact.
function pretty(text: string): string {
  const value = jsonOf(text);
  return value === undefined ? text : JSON.stringify(value, null, 1);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
