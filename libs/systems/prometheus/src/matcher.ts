import { z } from 'zod';

/** One condition on a label, as PromQL writes it. */
export const Matcher = z.strictObject({
  name: z.string().min(1).max(200).describe('Label name.'),
  value: z.string().max(1000).describe('Label value, or a regular expression (RE2) for =~ and !~.'),
  op: z.enum(['=', '!=', '=~', '!~']).default('='),
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
