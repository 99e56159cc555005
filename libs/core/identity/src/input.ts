import { AppError } from '@devmesh/contracts';
import type { z } from 'zod';

/** Parses, or answers `invalid_input` that names each bad field once, in the message and under `details.fields`. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    for (const [field, problem] of problemsOf(issue))
      fields[field] = fields[field] === undefined ? problem : `${fields[field]}; ${problem}`;
  }
  const list = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  throw new AppError('invalid_input', `${list.join('. ')}.`, {
    details: { fields },
    suggestion: 'Correct the named fields and send it again.',
  });
}

function problemsOf(issue: z.core.$ZodIssue): [string, string][] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => [[...path, key].join('.'), 'is not a known field']);
  return [[path.join('.') || 'body', issue.message]];
}
