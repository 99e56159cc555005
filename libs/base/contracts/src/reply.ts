import { z } from 'zod';

export const Page = z.object({
  returned: z.int(),
  total: z.int().optional(),
  next: z.string().optional(),
  truncated: z.boolean(),
});
export type Page = z.infer<typeof Page>;

/** How a source that was asked answered. A source that could not be asked is never "ok". */
export const SourceState = z.enum(['ok', 'unavailable', 'forbidden', 'not_configured']);
export type SourceState = z.infer<typeof SourceState>;

/** What a tool gives back: its own `data` and the siblings that every tool shares. */
export const ToolOutput = z.object({
  data: z.record(z.string(), z.unknown()),
  summary: z.string(),
  /** The readable form of `data` for a model; rendered generically where a tool gives none. */
  text: z.string().optional(),
  page: Page.optional(),
  scope: z.record(z.string(), z.string()).optional(),
  hints: z.array(z.string()).optional(),
  sources: z.record(z.string(), SourceState).optional(),
});
export type ToolOutput = z.infer<typeof ToolOutput>;

/** A person reads this before they approve: what would change, on what, how it is now. */
export const Prepared = z.object({
  resource: z.record(z.string(), z.string()).default({}),
  /** Versions seen (resourceVersion, ETag, SHA, …); `run` refuses with `conflict` when they no longer hold. */
  observed: z.record(z.string(), z.unknown()).default({}),
  diff: z.string().optional(),
  /** Counts of what is touched; `unknown` never passes automatically. */
  blast: z.union([z.record(z.string(), z.number()), z.literal('unknown')]).default('unknown'),
  reversible: z.boolean().default(false),
});
export type Prepared = z.infer<typeof Prepared>;

/** A call that could be made: the way back, or the read that settles an unknown outcome. */
export const FollowUp = z.object({ tool: z.string(), input: z.record(z.string(), z.unknown()) });
export type FollowUp = z.infer<typeof FollowUp>;
