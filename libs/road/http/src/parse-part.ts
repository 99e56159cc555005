import { AppError } from '@devmesh/contracts';
import type { z } from 'zod';
import { nearestField } from './field-names.ts';

/**
 * Parses one part of a request.
 * @throws invalid_input that names each bad field in `details.fields` and the nearest name of an unknown one in `suggestion`.
 */
export function parsePart(schema: z.ZodType, input: unknown, part: 'path' | 'query' | 'body'): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, schema, part));
  const fields: Record<string, string> = {};
  for (const { field, problem } of faults)
    fields[field] = fields[field] === undefined ? problem : `${fields[field]}; ${problem}`;
  const list = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  const hints = faults.flatMap(({ hint }) => hint ?? []);
  throw new AppError('invalid_input', `${list.slice(0, 10).join('. ')}.`, {
    details: { fields, in: part },
    suggestion:
      hints.length > 0 ? hints.slice(0, 5).join(' ') : `Correct the named fields of the ${part} and send it again.`,
  });
}

interface Fault {
  field: string;
  problem: string;
  hint?: string | undefined;
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, part: string): Fault[] {
  const field = issue.path.map(String).join('.') || part;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, 20).map((key) => unknownField(key, issue.path, schema, part));
  if (issue.code === 'invalid_union') return [{ field, problem: issue.message, hint: unionHint(issue.errors) }];
  return [{ field, problem: isMissing(issue) ? 'is missing' : issue.message }];
}

/** Zod says the same of an absent field and of one of the wrong type, but for the last word. */
function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
}

function unknownField(key: string, path: PropertyKey[], schema: z.ZodType, part: string): Fault {
  const field = [...path.map(String), key.slice(0, 100)].join('.');
  const meant = nearestField(schema, path, key);
  const hint =
    meant === undefined
      ? `Leave out ${field}: this ${part} has no such field.`
      : `Did you mean \`${meant}\` instead of \`${key.slice(0, 100)}\`?`;
  return { field, problem: 'is not a known field', hint };
}

/** The form that came nearest is the one with the fewest faults. */
function unionHint(choices: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const nearest = [...choices].sort((a, b) => a.length - b.length)[0]?.[0];
  if (nearest === undefined) return undefined;
  return `One allowed form says: ${[nearest.path.map(String).join('.'), nearest.message].filter(Boolean).join(': ')}.`;
}
