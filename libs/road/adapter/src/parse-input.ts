import { AppError } from '@devmesh/contracts';
import type { z } from 'zod';

/** Parses a tool's input strictly. Throws `invalid_input` that names each bad field. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = Object.fromEntries(parsed.error.issues.map((issue) => [issue.path.join('.') || '(input)', issue.message]));
  const sentence = Object.entries(fields).map(([field, message]) => `${field}: ${message}`).join('; ');
  throw new AppError('invalid_input', `The input does not fit: ${sentence}.`, { details: { fields } });
}
