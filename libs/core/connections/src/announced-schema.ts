import { AppError, type JsonSchema } from '@devmesh/contracts';
import { z } from 'zod';

type Params = Parameters<typeof z.fromJSONSchema>[0];

/** Checks a connection's settings or credential against what the system announced; `invalid_input` names each bad field, never its value. */
export function checkAgainst(schema: JsonSchema, part: 'settings' | 'credential', value: unknown): unknown {
  const parsed = compile(schema, part).safeParse(value);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues)
    for (const [field, problem] of problemsOf(part, issue)) fields[field] ??= problem;
  const list = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  throw new AppError('invalid_input', `${list.join('. ')}.`, {
    details: { fields, schema },
    suggestion: 'Send what `details.schema` describes.',
  });
}

function compile(schema: JsonSchema, part: string): z.ZodType {
  try {
    return z.fromJSONSchema(schema as Params);
  } catch (cause) {
    throw new AppError('unavailable', `This system announced a schema for its ${part} that cannot be read.`, {
      cause,
      suggestion: 'Update its adapter.',
      retryable: false,
    });
  }
}

function problemsOf(part: string, issue: z.core.$ZodIssue): [string, string][] {
  const path = [part, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => [[...path, key].join('.'), 'is not a known field']);
  return [[path.join('.'), issue.message]];
}
