import { z } from 'zod';
import { isMessage, isObject } from './message.ts';
import type { Message } from './message.ts';
import { Timestamp } from './timestamp.ts';

// The bodies and queries of contracts §2 and §3. Free-form objects are passed on untouched: a schema that rebuilt them would
// change the order of their keys.

const JsonObject = z.unknown().refine(isObject, 'expected an object').meta({ type: 'object' }) as unknown as z.ZodType<
  Record<string, unknown>,
  Record<string, unknown>
>;

const OneMessage = z.unknown().refine(isMessage, 'expected a message: {role, content, timestamp?, metadata?}').meta({
  type: 'object',
  description: '{role, content, timestamp?, metadata?}; kept whole, other fields too.',
}) as unknown as z.ZodType<Message, Message>;

/** NUL cannot be stored, and nobody means it. */
const label = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !text.includes('\0'), 'must not contain NUL');

export const ContextId = label(255).meta({ description: 'Chosen by the client, or made by us.' });
const UserId = label(255).meta({ description: "The client's own label for a user, not a DevMesh account." });

export const Content = z
  .union([z.string(), OneMessage, z.array(z.union([z.string(), OneMessage])).max(100_000)])
  .meta({ description: 'A string, one message, or a list of them.' });
export type Content = z.infer<typeof Content>;

const labels = {
  agent_id: label(255).optional(),
  model_id: label(255).optional(),
  session_id: label(255).optional(),
  name: label(500).optional(),
  max_tokens: z.int().min(1).max(10_000_000).optional(),
};
const TtlSeconds = z
  .int()
  .min(1)
  .max(10 * 366 * 86_400);

export const CreateContext = z.strictObject({
  id: ContextId.optional(),
  user_id: UserId.optional(),
  ...labels,
  content: Content.optional(),
  metadata: JsonObject.optional(),
  expires_at: Timestamp.optional(),
  ttl_seconds: TtlSeconds.optional().describe('Expires this many seconds from now; expires_at wins.'),
});
export type CreateContext = z.infer<typeof CreateContext>;

export const UpdateContext = z.strictObject({
  ...labels,
  metadata: JsonObject.optional().meta({ description: 'Replaces the stored metadata.' }),
  content: Content.optional(),
  options: z.strictObject({ replace_content: z.boolean().optional() }).optional(),
  expires_at: Timestamp.nullable().optional().describe('null: never.'),
  ttl_seconds: TtlSeconds.optional(),
});
export type UpdateContext = z.infer<typeof UpdateContext>;

/** PATCH: the same, but `metadata` is merged, top-level keys over top-level keys. */
export const PatchContext = UpdateContext.extend({
  metadata: JsonObject.optional().meta({ description: 'Merged into the stored metadata, key by key.' }),
});
export type PatchContext = z.infer<typeof PatchContext>;

export const AppendMessages = z.union([
  z.string(),
  z
    .array(z.union([z.string(), OneMessage]))
    .min(1)
    .max(100_000),
  z.strictObject({
    messages: z
      .array(z.union([z.string(), OneMessage]))
      .min(1)
      .max(100_000),
  }),
  OneMessage,
]);
export type AppendMessages = z.infer<typeof AppendMessages>;

const Limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);
const Flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
]);

export const GetContext = z.strictObject({
  include_content: Flag.optional(),
  relevant_to: z.string().max(100_000).optional().describe('Give back the pieces that fit this question best.'),
  max_tokens: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe('Token budget, counted as characters / 4.'),
});
export type GetContext = z.infer<typeof GetContext>;

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Besides the named filters any `metadata.<path>` is one: `?metadata.type=ai_conversation`. */
export const ListContexts = z
  .object({
    user_id: z.string().optional(),
    agent_id: z.string().optional(),
    session_id: z.string().optional(),
    type: z.string().optional().describe('metadata.type'),
    created_after: Timestamp.optional(),
    created_before: Timestamp.optional(),
    updated_after: Timestamp.optional(),
    updated_before: Timestamp.optional(),
    metadata: z.record(z.string(), Scalar).optional(),
    cursor: z.string().max(1000).optional(),
    limit: Limit(200, 50),
  })
  .catchall(Scalar)
  .superRefine((query, issues) => {
    for (const name of Object.keys(query)) {
      if (!name.startsWith('metadata.') && !LIST_NAMES.has(name)) {
        issues.addIssue({
          code: 'unrecognized_keys',
          keys: [name],
          message: `Unrecognized key: "${name}"`,
          input: query,
        });
      }
    }
  });
export type ListContexts = z.infer<typeof ListContexts>;
const LIST_NAMES: ReadonlySet<string> = new Set(Object.keys(ListContexts.shape));

export const ListMessages = z.strictObject({ cursor: z.string().max(1000).optional(), limit: Limit(1000, 100) });
export type ListMessages = z.infer<typeof ListMessages>;

export const SearchMode = z.enum(['auto', 'semantic', 'keyword', 'hybrid']);
export type SearchMode = z.infer<typeof SearchMode>;

const searchFields = {
  query: z.string().max(100_000),
  limit: z.int().min(1).max(100).default(10),
  similarity_threshold: z.number().min(0).max(1).nullish(),
  filters: JsonObject.nullish().meta({
    description:
      'Fields of the context, its metadata or the piece. A value, or {$eq|$ne|$in|$gte|$lte|$contains: value}.',
  }),
  mode: SearchMode.default('auto'),
  include: z.array(z.enum(['context'])).optional(),
};

export const Search = z.strictObject({
  ...searchFields,
  context_ids: z
    .array(z.string())
    .max(10_000)
    .nullish()
    .describe('Only these; null or absent means all, [] finds nothing.'),
});
export type Search = z.infer<typeof Search>;

/** `POST /contexts/:id/search`: within one context. */
export const SearchContext = z.strictObject(searchFields);
export type SearchContext = z.infer<typeof SearchContext>;
