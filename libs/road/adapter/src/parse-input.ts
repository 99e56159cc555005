import { AppError } from '@devmesh/contracts';
import { nearestName } from '@devmesh/runtime';
import type { z } from 'zod';

/** Parses a tool's input strictly. Throws `invalid_input` that names each bad field, and the nearest name for an unknown one. */
export function parseInput<Schema extends z.ZodObject>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap(problemsOf);
  const fields: Record<string, string> = {};
  for (const [field, problem] of problems) fields[field] ??= problem;
  const sentence = Object.entries(fields)
    .map(([field, problem]) => `${field}: ${problem}`)
    .join('; ');
  throw new AppError('invalid_input', `The input does not fit: ${sentence}.`, {
    details: { fields },
    suggestion: suggestionFor(parsed.error.issues, Object.keys(schema.shape)),
  });
}

function problemsOf(issue: z.core.$ZodIssue): [string, string][] {
  if (issue.code !== 'unrecognized_keys') return [[issue.path.join('.') || 'input', issue.message]];
  return issue.keys.map((key) => [[...issue.path, key].join('.'), 'is not an argument']);
}

function suggestionFor(issues: readonly z.core.$ZodIssue[], names: readonly string[]): string {
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
  );
  const meant = unknown.map((name) => nearestName(name, names)).find((name) => name !== undefined);
  return meant === undefined ? `Arguments: ${names.join(', ') || 'none'}.` : `Did you mean "${meant}"?`;
}
