import type { CallRow, Ending, WayBack } from '@devmesh/calls';
import { fromErrorBody, type CallAnswer, type ToolRunReply } from '@devmesh/contracts';
import { shapingOf, type Attempt } from './call-attempt.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { outcomeUnknownError, verifyHints } from './outcome-unknown.ts';
import { shapeFailure, shapeSuccess } from './shape-answer.ts';

export interface RunFacts {
  cancelled: boolean;
  /** How things are right after an approved call: what its approval covers the way back by. */
  observed?: WayBack['observed'];
}

/** Shapes what came back from a dispatched call and writes it into its row. Never throws: it happened, or may have. */
export async function finishRun(
  parts: GatewayParts,
  attempt: Attempt,
  row: CallRow,
  reply: ToolRunReply,
  facts: RunFacts,
): Promise<CallAnswer> {
  const ending = await endingOf(parts, attempt, row, reply, facts);
  try {
    await parts.ledger.finish(row, ending);
  } catch (error) {
    // The caller is told how it was; the row stays dispatched until the sweep marks it for verification.
    parts.logger.error('the outcome of a call could not be written', { call_id: row.id, state: ending.state, error });
  }
  return ending.answer;
}

async function endingOf(
  parts: GatewayParts,
  attempt: Attempt,
  row: CallRow,
  reply: ToolRunReply,
  { cancelled, observed }: RunFacts,
): Promise<Ending> {
  if (reply.ok) {
    const { output, undo } = reply;
    const hints = [...(output.hints ?? []), ...(undo ? [`undo_call with call_id "${row.id}" takes it back.`] : [])];
    const answer = await shapeSuccess({ ...output, hints }, shapingOf(attempt, parts));
    return { state: 'succeeded', answer, undo: undo && { ...undo, observed } };
  }
  if (reply.outcomeUnknown === true) {
    const error = outcomeUnknownError(row, reply.error.message);
    return { state: 'outcome_unknown', answer: shapeFailure(error, 'outcome_unknown', attempt, verifyHints(row)) };
  }
  const state = cancelled ? 'cancelled' : 'failed';
  return { state, answer: shapeFailure(fromErrorBody(reply.error), state, attempt) };
}
