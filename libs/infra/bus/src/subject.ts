import { NotDeliveredError } from './not-delivered-error.ts';

const TOKENS = /^[\w-]+(\.[\w-]+)*$/;
const PATTERN = /^([\w-]+|\*)(\.([\w-]+|\*))*$/;

/** Refuses what NATS would read as something else: blanks end a subject, `*` and `>` stand for others. */
export function checkSubject(subject: string): void {
  if (!TOKENS.test(subject)) refuse(subject, 'letters, digits, _ and -, in tokens divided by dots');
}

/** As a subject, with `*` for any one token. */
export function checkPattern(subject: string): void {
  if (!PATTERN.test(subject)) refuse(subject, 'letters, digits, _ and -, or * for any one token, divided by dots');
}

export function checkQueue(queue: string): void {
  if (!TOKENS.test(queue)) refuse(queue, 'letters, digits, _ and -');
}

function refuse(subject: string, allowed: string): never {
  throw new NotDeliveredError('invalid_input', `${JSON.stringify(subject)} is not a name on the bus.`, {
    suggestion: `Use ${allowed}.`,
  });
}

/** Whether a subject's tokens fit a pattern's. */
export function matches(pattern: readonly string[], tokens: readonly string[]): boolean {
  return pattern.length === tokens.length && pattern.every((token, i) => token === '*' || token === tokens[i]);
}

export function lastToken(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
