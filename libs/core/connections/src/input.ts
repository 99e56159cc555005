import { AppError } from '@devmesh/contracts';
import { z } from 'zod';

const LARGEST_BYTES = 64 * 1024;
const bounded = (value: unknown) => Buffer.byteLength(JSON.stringify(value ?? null)) <= LARGEST_BYTES;

const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must have 1 to 64 of letters, digits, ".", "_" and "-"');
const Environment = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must have 1 to 64 of letters, digits, ".", "_" and "-"');
const Endpoint = z.string().trim().min(1).max(2_048);
const Settings = z.record(z.string(), z.unknown()).refine(bounded, 'is larger than 64 KiB');
const Credential = z.unknown().refine(bounded, 'is larger than 64 KiB').describe('Write-only; sealed to the system.');

/** `POST /api/v1/connections`. */
export const CreateConnection = z.strictObject({
  system: z.string().min(1).max(64),
  name: Name,
  environment: Environment.default('default').describe(
    'What policy sees when the call itself names none: prod, staging, …',
  ),
  endpoint: Endpoint.optional(),
  settings: Settings.default({}),
  credential: Credential.optional(),
});
export type CreateConnection = z.infer<typeof CreateConnection>;

/** `PATCH /api/v1/connections/:id`: what is absent stays; `settings` is replaced as a whole; `credential: null` removes it. */
export const PatchConnection = z.strictObject({
  name: Name.optional(),
  environment: Environment.optional(),
  endpoint: Endpoint.nullable().optional(),
  settings: Settings.optional(),
  credential: Credential.optional(),
  is_default: z.literal(true).optional().describe('Makes it the default of its system; the former one ceases to be.'),
});
export type PatchConnection = z.infer<typeof PatchConnection>;

/** Parses, or answers `invalid_input` that names each bad field. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const named = issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.map(String).join('.') || 'body'];
    for (const field of named)
      fields[field] ??= issue.code === 'unrecognized_keys' ? 'is not a known field' : issue.message;
  }
  const list = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`);
  throw new AppError('invalid_input', `${list.join('. ')}.`, {
    details: { fields },
    suggestion: 'Correct the named fields and send it again.',
  });
}
