import { z } from 'zod';
import { ErrorBody } from './app-error.ts';
import { Page, SourceState } from './reply.ts';

export const CallState = z.enum([
  'received',
  'awaiting_approval',
  'dispatched',
  'succeeded',
  'failed',
  'outcome_unknown',
  'denied',
  'refused',
  'expired',
  'cancelled',
]);
export type CallState = z.infer<typeof CallState>;

/** States that nothing leaves again, but for `outcome_unknown`, which a verifying read or a person settles. */
export const FINAL_STATES: readonly CallState[] = [
  'succeeded',
  'failed',
  'denied',
  'refused',
  'expired',
  'cancelled',
  'outcome_unknown',
];

export const ToolFailure = ErrorBody.extend({ retryable: z.boolean() });
export type ToolFailure = z.infer<typeof ToolFailure>;

/** What every door answers for a tool call; the same fields are `structuredContent` over MCP. */
export const CallReply = z.object({
  success: z.boolean(),
  status: CallState.or(z.literal('approval_pending')),
  call_id: z.string(),
  data: z.record(z.string(), z.unknown()),
  summary: z.string(),
  page: Page.optional(),
  scope: z.record(z.string(), z.string()).optional(),
  hints: z.array(z.string()).optional(),
  evidence_ids: z.array(z.string()).optional(),
  sources: z.record(z.string(), SourceState).optional(),
  error: ToolFailure.optional(),
  approval_id: z.string().optional(),
  /** Where a person decides. */
  approval_url: z.string().optional(),
  duration_ms: z.number(),
});
export type CallReply = z.infer<typeof CallReply>;

/** A CallReply plus the readable form, which only MCP sends. */
export interface CallAnswer {
  reply: CallReply;
  /** Summary and a compact rendering of `data`; ≤ 24 KiB unless the caller asked otherwise. */
  text: string;
}
