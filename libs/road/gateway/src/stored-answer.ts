import type { CallRow } from '@devmesh/calls';
import { AppError, type CallAnswer } from '@devmesh/contracts';
import type { GatewayParts } from './gateway-parts.ts';
import { outcomeUnknownError, verifyHints } from './outcome-unknown.ts';
import { failureText, shapeFailure } from './shape-answer.ts';

/** Where a person decides about a call. */
export type ApprovalUrl = (approvalId: string) => string;

/** What a row says of its call: the stored answer, or where it stands. */
export async function answerOfRow(
  { approvalOf, approvalUrl }: Pick<GatewayParts, 'approvalOf' | 'approvalUrl'>,
  row: CallRow,
): Promise<CallAnswer> {
  if (row.state === 'awaiting_approval') {
    const approval = await approvalOf(row.organization_id, row.id);
    return pendingAnswer(row.id, row.tool, approval?.id, approvalUrl);
  }
  const { reply } = row;
  if (reply && row.state === reply.status) {
    return { reply, text: row.reply_text ?? (reply.success ? reply.summary : failureText(reply)) };
  }
  const scene = { callId: row.id, startedAt: performance.now() };
  return shapeFailure(reasonFor(row), row.state, scene, row.state === 'outcome_unknown' ? verifyHints(row) : []);
}

export function pendingAnswer(
  callId: string,
  tool: string,
  approvalId: string | undefined,
  approvalUrl: ApprovalUrl,
): CallAnswer {
  const url = approvalId === undefined ? undefined : approvalUrl(approvalId);
  const summary = `${tool} waits for a person's approval.`;
  return {
    reply: {
      success: false,
      status: 'approval_pending',
      call_id: callId,
      data: {},
      summary,
      ...(approvalId !== undefined && { approval_id: approvalId }),
      ...(url !== undefined && { approval_url: url }),
      hints: [
        'Nothing has been done yet. Show the link to a person, then use wait_for_call with this call id; do not make the call again.',
      ],
      duration_ms: 0,
    },
    text: [
      summary,
      ...(url === undefined ? [] : [`A person decides here: ${url}`]),
      `Then: wait_for_call with call_id "${callId}". Do not make the call again.`,
    ].join('\n'),
  };
}

function reasonFor(row: CallRow): AppError {
  switch (row.state) {
    case 'refused':
      return new AppError('forbidden', `A person refused this call of ${row.tool}.`, {
        suggestion: 'Ask them why before trying anything like it.',
      });
    case 'expired':
      return new AppError('timeout', `Nobody approved this call of ${row.tool} in time.`, {
        suggestion: 'Make the call again when a person is there.',
        retryable: false,
      });
    case 'cancelled':
      return new AppError('conflict', `This call of ${row.tool} was cancelled.`);
    case 'outcome_unknown':
      return outcomeUnknownError(row);
    case 'failed':
      return new AppError('unavailable', `The process that ran ${row.tool} is gone; the answer was lost.`, {
        suggestion: 'Make the call again.',
      });
    case 'dispatched':
    case 'received':
      return new AppError('conflict', `This call of ${row.tool} is still running.`, {
        details: { call_id: row.id },
        suggestion: `Use wait_for_call with call_id "${row.id}".`,
        retryable: true,
      });
    case 'awaiting_approval':
    case 'denied':
    case 'succeeded':
      return new AppError('internal', `This call of ${row.tool} ended as ${row.state}; its answer was lost.`);
  }
}
