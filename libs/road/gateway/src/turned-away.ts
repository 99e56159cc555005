import type { AppError, CallAnswer } from '@devmesh/contracts';
import { newCallOf, type Attempt } from './call-attempt.ts';
import { DenialError } from './denial.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { logUnexpected } from './log-unexpected.ts';
import { shapeFailure } from './shape-answer.ts';

/**
 * The answer of a call that was not dispatched. The line behind the reply says that it was tried, and by which rule it was
 * denied; the idempotency key stays free for another try.
 */
export async function turnedAway(
  parts: Pick<GatewayParts, 'reads' | 'logger'>,
  attempt: Attempt,
  error: AppError,
  cancelled = false,
): Promise<CallAnswer> {
  logUnexpected(parts, attempt, error);
  const denied = error instanceof DenialError;
  const state = denied ? 'denied' : cancelled ? 'cancelled' : 'failed';
  const answer = shapeFailure(error, state, attempt);
  const call = { ...newCallOf(attempt), idempotencyKey: undefined, undoOf: undefined };
  await parts.reads.record(call, state, answer, denied ? error.rule : undefined);
  return answer;
}
