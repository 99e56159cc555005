import type { ContextView } from '@devmesh/memory';
import { z } from 'zod';

/** A context without its messages, as tools answer it. */
export const ContextFacts = z.object({
  id: z.string(),
  name: z.string().nullable(),
  user_id: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  version: z.int(),
  message_count: z.int(),
  updated_at: z.string(),
  expires_at: z.string().nullable(),
});
export type ContextFacts = z.infer<typeof ContextFacts>;

export function factsOf({
  id,
  name,
  user_id,
  metadata,
  version,
  message_count,
  updated_at,
  expires_at,
}: ContextView): ContextFacts {
  // The conversation that clients keep in the metadata is read as messages.
  const { messages: _messages, ...rest } = metadata;
  return { id, name, user_id, metadata: rest, version, message_count, updated_at, expires_at };
}
