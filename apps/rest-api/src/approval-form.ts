import type { ApprovalRow, ApprovalView } from '@devmesh/calls';
import { z } from 'zod';

export const ApprovalSummary = z.object({
  id: z.string(),
  call_id: z.string(),
  status: z.enum(['pending', 'approved', 'refused', 'expired']),
  tool: z.string(),
  requested_by: z.string(),
  request_reason: z.string().nullable(),
  reasons: z.array(z.object({ rule: z.string(), text: z.string() })),
  expires_at: z.string(),
  created_at: z.string(),
  decided_at: z.string().nullable(),
  decided_by: z.string().nullable(),
  decision_reason: z.string().nullable(),
});
export type ApprovalSummary = z.infer<typeof ApprovalSummary>;

/** With what would be done: the redacted input, the difference, what it touches. */
export const ApprovalForm = ApprovalSummary.extend({
  input: z.record(z.string(), z.unknown()),
  connection: z.string().nullable(),
  diff: z.string().nullable(),
  blast: z.union([z.record(z.string(), z.number()), z.literal('unknown')]),
  reversible: z.boolean(),
  resource: z.record(z.string(), z.string()),
  hash: z.string(),
  call_state: z.string(),
});
export type ApprovalForm = z.infer<typeof ApprovalForm>;

export function approvalSummary(row: ApprovalRow): ApprovalSummary {
  return {
    id: row.id,
    call_id: row.call_id,
    status: row.status,
    tool: row.tool,
    requested_by: row.requested_by_label,
    request_reason: row.request_reason,
    reasons: row.reasons,
    expires_at: row.expires_at.toISOString(),
    created_at: row.created_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    decided_by: row.decided_by_label,
    decision_reason: row.decision_reason,
  };
}

export function approvalForm({ approval, call }: ApprovalView): ApprovalForm {
  return {
    ...approvalSummary(approval),
    input: call.input,
    connection: call.connection,
    diff: call.prepared?.diff ?? null,
    blast: call.prepared?.blast ?? 'unknown',
    reversible: call.prepared?.reversible ?? false,
    resource: call.prepared?.resource ?? {},
    hash: approval.hash,
    call_state: call.state,
  };
}
