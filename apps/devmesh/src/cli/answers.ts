import { z } from 'zod';

/** The forms of the server's answers, as far as this CLI reads them; what else is in them is printed and not looked at. */

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.looseObject({ data: z.array(item), next_cursor: z.string().nullable(), has_more: z.boolean() });
}

export const Nothing = z.undefined();

export const ToolForm = z.looseObject({
  name: z.string(),
  qualified_name: z.string(),
  title: z.string(),
  description: z.string(),
  input_schema: z.record(z.string(), z.unknown()),
  examples: z.array(z.looseObject({ title: z.string().optional(), input: z.record(z.string(), z.unknown()) })),
  effect: z.string(),
  system: z.string(),
  requires_approval: z.boolean(),
});
export type ToolForm = z.infer<typeof ToolForm>;

export const CallForm = z.looseObject({
  id: z.string(),
  tool: z.string(),
  effect: z.string(),
  state: z.string(),
  requester: z.string(),
  connection: z.string().nullable(),
  input: z.record(z.string(), z.unknown()),
  undo_of: z.string().nullable(),
  can_undo: z.boolean(),
  created_at: z.string(),
  duration_ms: z.number().nullable(),
});
export type CallForm = z.infer<typeof CallForm>;

export const KeyForm = z.looseObject({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  toolset: z.string(),
  context_user_id: z.string().optional(),
  created_at: z.string(),
  expires_at: z.string(),
  last_used_at: z.string().optional(),
  revoked_at: z.string().optional(),
});
export type KeyForm = z.infer<typeof KeyForm>;

export const ConnectionForm = z.looseObject({
  id: z.string(),
  system: z.string(),
  name: z.string(),
  environment: z.string(),
  endpoint: z.string().optional(),
  settings: z.record(z.string(), z.unknown()),
  has_credential: z.boolean(),
  is_default: z.boolean(),
  origin: z.string(),
  version: z.number(),
});
export type ConnectionForm = z.infer<typeof ConnectionForm>;

export const ContextForm = z.looseObject({
  id: z.string(),
  user_id: z.string().nullable(),
  name: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  version: z.number(),
  message_count: z.number(),
  size_bytes: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  expires_at: z.string().nullable(),
});
export type ContextForm = z.infer<typeof ContextForm>;
