import { fromErrorBody, toAppError, type CallAnswer } from '@devmesh/contracts';
import { decide } from '@devmesh/policy';
import { newCallOf, shapingOf, tripOf, type Attempt } from './call-attempt.ts';
import { DenialError } from './denial.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { resourceOf } from './resource-of.ts';
import { shapeSuccess } from './shape-answer.ts';
import { inPlace } from './take-place.ts';
import { turnedAway } from './turned-away.ts';

/** A read: decided, run, answered; its row and audit line follow behind the reply, in a batch. */
export async function runRead(parts: GatewayParts, attempt: Attempt): Promise<CallAnswer> {
  const { principal, tool, callId } = attempt;
  const resource = resourceOf(tool.descriptor, attempt.input, attempt.connection, undefined);
  const decision = decide({ principal, tool: tool.descriptor, question: 'call', resource }, parts.policy);
  if (decision.outcome !== 'allow') return turnedAway(parts, attempt, new DenialError(decision));
  try {
    return await inPlace(parts, attempt, (signal) => ask(parts, attempt, signal));
  } catch (thrown) {
    return turnedAway(parts, attempt, toAppError(thrown, callId));
  }
}

async function ask(parts: GatewayParts, attempt: Attempt, signal: AbortSignal): Promise<CallAnswer> {
  const reply = await parts.dispatch.run(tripOf(attempt, signal), undefined);
  if (!reply.ok) return turnedAway(parts, attempt, fromErrorBody(reply.error), signal.aborted);
  const answer = await shapeSuccess(reply.output, shapingOf(attempt, parts));
  await parts.reads.record(newCallOf(attempt), 'succeeded', answer);
  return answer;
}
