import { z } from 'zod';

/** One condition on a label, as PromQL writes it. */
export const Matcher = z.strictObject({
  name: z.string().min(1).max(200).describe('Label name.'),
  value: z.string().max(1000).describe('Value, or RE2 pattern for =~ and !~.'),
  op: z.enum(['=', '!=', '=~', '!~']).default('=').describe('As in PromQL.'),
});
export type Matcher = z.infer<typeof Matcher>;

/** `service="checkout"`, escaped as PromQL and Alertmanager want it. */
export function matcherText({ name, op, value }: Matcher): string {
  return `${name}${op}${quoted(value)}`;
}

/** A value as a double-quoted PromQL string. */
export function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** Whether it fits a label that is not there. A pattern that JavaScript cannot read is taken as one that does not. */
export function matchesEmpty({ op, value }: Matcher): boolean {
  switch (op) {
    case '=':
      return value === '';
    case '!=':
      return value !== '';
    case '=~':
      return fitsEmpty(value);
    case '!~':
      return !fitsEmpty(value);
  }
}

function fitsEmpty(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test('');
  } catch {
    return false;
  }
}
