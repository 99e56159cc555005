import { z } from 'zod';
import { Passage } from './passage-form.ts';

const Metadata = z.record(z.string(), z.unknown()).describe('Exactly as it was put.');

/** A context as it is answered. */
export const ContextForm = z.object({
  id: z.string(),
  user_id: z.string().nullable(),
  agent_id: z.string().nullable(),
  model_id: z.string().nullable(),
  session_id: z.string().nullable(),
  name: z.string().nullable(),
  metadata: Metadata,
  version: z.int(),
  message_count: z.int(),
  size_bytes: z.int(),
  max_tokens: z.int().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  expires_at: z.string().nullable(),
});

/** The context, and the same once more under `data`: clients of the predecessors read either place. */
export const ContextReply = ContextForm.extend({ data: ContextForm });

export const MessageForm = z
  .looseObject({ sequence: z.int(), source: z.string(), created_at: z.string() })
  .describe("The message's own fields, and where it stands.");

export const AppendedForm = z.object({
  context_id: z.string(),
  appended: z.int(),
  first_sequence: z.int().describe('Counting from 0.'),
  last_sequence: z.int(),
  message_count: z.int(),
  version: z.int(),
});

/** With what was asked for of its content. */
const Content = {
  content: z.array(z.record(z.string(), z.unknown())).optional(),
  content_truncated: z.boolean().optional(),
  relevant: z.array(Passage).optional(),
  relevant_tokens: z.int().optional(),
  notes: z.array(z.string()).optional(),
};
export const ContextRead = ContextForm.extend({ ...Content, data: ContextForm.extend(Content) });
