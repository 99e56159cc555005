import { fromErrorBody, toAppError, type AppError, type CallAnswer } from '@devmesh/contracts';
import { decide } from '@devmesh/policy';
import { newCallOf, shapingOf, tripOf, type Attempt } from './call-attempt.ts';
import { denial } from './denial.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { resourceOf } from './resource-of.ts';
import { shapeFailure, shapeSuccess } from './shape-answer.ts';
import { inPlace } from './take-place.ts';

/** A read: decided, run, answered; its row and audit line follow behind the reply, in a batch. */
export async function runRead(parts: GatewayParts, attempt: Attempt): Promise<CallAnswer> {
  const { principal, tool, callId } = attempt;
  const resource = resourceOf(tool.descriptor, attempt.input, attempt.connection, undefined);
  const decision = decide({ principal, tool: tool.descriptor, question: 'call', resource }, parts.policy);
  if (decision.outcome !== 'allow')
    return noted(parts, attempt, 'denied', shapeFailure(denial(decision), 'denied', attempt));
  try {
    return await inPlace(parts, attempt, (signal) => ask(parts, attempt, signal));
  } catch (thrown) {
    return failed(parts, attempt, toAppError(thrown, callId), 'failed');
  }
}

async function ask(parts: GatewayParts, attempt: Attempt, signal: AbortSignal): Promise<CallAnswer> {
  const reply = await parts.dispatch.run(tripOf(attempt, signal), undefined);
  if (!reply.ok) return failed(parts, attempt, fromErrorBody(reply.error), signal.aborted ? 'cancelled' : 'failed');
  return noted(parts, attempt, 'succeeded', await shapeSuccess(reply.output, shapingOf(attempt, parts)));
}

function failed(
  parts: GatewayParts,
  attempt: Attempt,
  error: AppError,
  state: 'failed' | 'cancelled',
): Promise<CallAnswer> {
  if (error.code === 'internal')
    parts.logger.error('a call failed unexpectedly', {
      tool: attempt.tool.descriptor.name,
      error: error.cause ?? error,
    });
  return noted(parts, attempt, state, shapeFailure(error, state, attempt));
}

async function noted(
  parts: GatewayParts,
  attempt: Attempt,
  state: 'succeeded' | 'failed' | 'cancelled' | 'denied',
  answer: CallAnswer,
): Promise<CallAnswer> {
  await parts.reads.record(newCallOf(attempt), state, answer);
  return answer;
}
