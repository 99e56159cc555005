import type { CallRow } from '@devmesh/calls';
import { AppError, type CallAnswer } from '@devmesh/contracts';
import { failureText, shapeFailure } from './shape-answer.ts';

/** Where a person decides about a call. */
export type ApprovalUrl = (approvalId: string) => string;

/** What a row says of its call: the stored answer, or where it stands. */
export function storedAnswer(row: CallRow, approvalId: string | undefined, approvalUrl: ApprovalUrl): CallAnswer {
  if (row.state === 'awaiting_approval') return pendingAnswer(row.id, row.tool, approvalId, approvalUrl);
  if (row.reply && row.state === row.reply.status)
    return {
      reply: row.reply,
      text: row.reply_text ?? (row.reply.success ? row.reply.summary : failureText(row.reply)),
    };
  return shapeFailure(reasonFor(row), row.state, { callId: row.id, startedAt: performance.now() }, hintsFor(row));
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
      return outcomeUnknownError(row.tool);
    case 'dispatched':
    case 'received':
      return new AppError('conflict', `This call of ${row.tool} is still running.`, {
        details: { call_id: row.id },
        suggestion: `Use wait_for_call with call_id "${row.id}".`,
        retryable: true,
      });
    default:
      return new AppError('internal', `This call of ${row.tool} ended as ${row.state}; its answer was lost.`);
  }
}

function hintsFor(row: CallRow): string[] {
  return row.state === 'outcome_unknown' ? verifyHints(row) : [];
}

export function outcomeUnknownError(tool: string): AppError {
  return new AppError('upstream_failed', `Nobody knows whether ${tool} took effect: its answer was lost.`, {
    suggestion: 'Do not repeat it. Use verify_call with this call id.',
    retryable: false,
  });
}

/** Which read settles it. */
export function verifyHints(row: Pick<CallRow, 'verify'>): string[] {
  return row.verify
    ? [`It is settled by ${row.verify.tool} with ${JSON.stringify(row.verify.input)}; verify_call does that for you.`]
    : ['Look at the system itself: there is no read that settles it.'];
}
