import type { CallRow, Ending } from '@devmesh/calls';
import { fromErrorBody, type CallAnswer, type ToolRunReply } from '@devmesh/contracts';
import { shapingOf, type Attempt } from './call-attempt.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { shapeFailure, shapeSuccess } from './shape-answer.ts';
import { outcomeUnknownError, verifyHints } from './stored-answer.ts';

/** Shapes what came back from a dispatched call and writes it into its row. */
export async function finishRun(
  parts: GatewayParts,
  attempt: Attempt,
  row: CallRow,
  reply: ToolRunReply,
  cancelled: boolean,
): Promise<CallAnswer> {
  const ending = await endingOf(parts, attempt, row, reply, cancelled);
  try {
    await parts.ledger.finish(row, ending);
  } catch (error) {
    // It happened, and the caller is told; the row stays dispatched until the sweep marks it for verification.
    parts.logger.error('the outcome of a call could not be written', { call_id: row.id, state: ending.state, error });
  }
  return ending.answer;
}

async function endingOf(
  parts: GatewayParts,
  attempt: Attempt,
  row: CallRow,
  reply: ToolRunReply,
  cancelled: boolean,
): Promise<Ending> {
  if (reply.ok) {
    const answer = await shapeSuccess(reply.output, shapingOf(attempt, parts));
    const hints = reply.undo
      ? [...(answer.reply.hints ?? []), `It can be taken back: undo_call with call_id "${row.id}".`]
      : answer.reply.hints;
    return {
      state: 'succeeded',
      answer: { ...answer, reply: { ...answer.reply, ...(hints && { hints }) } },
      undo: reply.undo,
    };
  }
  if (reply.outcomeUnknown === true)
    return {
      state: 'outcome_unknown',
      answer: shapeFailure(outcomeUnknownError(row.tool), 'outcome_unknown', attempt, verifyHints(row)),
    };
  const state = cancelled ? 'cancelled' : 'failed';
  return { state, answer: shapeFailure(fromErrorBody(reply.error), state, attempt) };
}
