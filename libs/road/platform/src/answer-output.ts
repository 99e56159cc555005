import type { ToolResult } from '@devmesh/adapter';
import { fromErrorBody, type CallAnswer } from '@devmesh/contracts';
import { z } from 'zod';

/** What a tool that takes the road again says of the call it was about. */
export const AnsweredCall = z.object({
  call_id: z.string(),
  status: z.string(),
  success: z.boolean(),
  data: z.record(z.string(), z.unknown()),
  approval_id: z.string().optional(),
  approval_url: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string(), suggestion: z.string().optional() }).optional(),
});
export type AnsweredCall = z.infer<typeof AnsweredCall>;

/** The other call's answer as this tool's own result. */
export function reportOf({ reply, text }: CallAnswer): ToolResult<AnsweredCall> {
  const { call_id, status, success, data, approval_id, approval_url, error } = reply;
  return {
    data: {
      call_id,
      status,
      success,
      data,
      ...(approval_id !== undefined && { approval_id }),
      ...(approval_url !== undefined && { approval_url }),
      ...(error && {
        error: {
          code: error.code,
          message: error.message,
          ...(error.suggestion !== undefined && { suggestion: error.suggestion }),
        },
      }),
    },
    summary: `Call ${call_id} is ${status}.`,
    text,
    ...(reply.hints && { hints: reply.hints }),
  };
}

/** For tools that did something: the other call's failure is this one's, and names that call. */
export function resultOf(answer: CallAnswer): ToolResult<AnsweredCall> {
  const { error, success, status, call_id } = answer.reply;
  if (success || status === 'approval_pending' || !error) return reportOf(answer);
  throw fromErrorBody({ ...error, details: { ...error.details, call_id, status } });
}
