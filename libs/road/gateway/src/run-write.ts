import { inputHash, isFinal, type CallRow } from '@devmesh/calls';
import { AppError, fromErrorBody, toAppError, type CallAnswer, type FollowUp, type Prepared } from '@devmesh/contracts';
import { decide } from '@devmesh/policy';
import { newCallOf, tripOf, type Attempt } from './call-attempt.ts';
import { denial } from './denial.ts';
import { finishRun } from './finish-run.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { resourceOf } from './resource-of.ts';
import { shapeFailure } from './shape-answer.ts';
import { pendingAnswer, storedAnswer } from './stored-answer.ts';
import { inPlace } from './take-place.ts';

/**
 * A write, a destroy, or a read with an idempotency key: prepared, decided, and a row with its audit line before
 * anything is dispatched. Throws `conflict` for a key that was used otherwise or is still in flight at the deadline.
 */
export async function runWrite(parts: GatewayParts, attempt: Attempt): Promise<CallAnswer> {
  const earlier = await earlierCall(parts, attempt);
  if (earlier) return replay(parts, attempt, earlier);
  try {
    return await inPlace(parts, attempt, (signal) => prepareAndRun(parts, attempt, signal));
  } catch (thrown) {
    const error = toAppError(thrown, attempt.callId);
    if (error.code === 'conflict') throw error;
    return turnedAway(parts, attempt, error, 'failed');
  }
}

async function earlierCall(
  parts: GatewayParts,
  { principal, tool, connection, input, options }: Attempt,
): Promise<CallRow | undefined> {
  if (options.idempotencyKey === undefined) return undefined;
  const hash = inputHash(tool.descriptor.name, connection?.name, input);
  return parts.ledger.findDuplicate({ principal, tool: tool.descriptor }, options.idempotencyKey, hash);
}

async function prepareAndRun(parts: GatewayParts, attempt: Attempt, signal: AbortSignal): Promise<CallAnswer> {
  const readied = await prepareCall(parts, attempt, signal);
  if (readied instanceof AppError) return turnedAway(parts, attempt, readied, 'failed');
  const { prepared, verify } = readied;
  const resource = resourceOf(attempt.tool.descriptor, attempt.input, attempt.connection, prepared);
  const decision = decide(
    {
      principal: attempt.principal,
      tool: attempt.tool.descriptor,
      question: 'call',
      resource,
      coveredByApproval: attempt.covered,
    },
    parts.policy,
  );
  if (decision.outcome === 'deny') return turnedAway(parts, attempt, denial(decision), 'denied');
  const call = newCallOf(attempt, prepared, verify);
  if (decision.outcome === 'approve') {
    const expiresAt = new Date(parts.clock().getTime() + parts.approvalTtlMs);
    const begun = await parts.ledger.begin({
      ...call,
      approval: { reasons: decision.reasons, expiresAt, requestReason: attempt.options.reason },
    });
    if (begun.duplicate) return replay(parts, attempt, begun.row);
    return pendingAnswer(begun.row.id, begun.row.tool, begun.approvalId, parts.approvalUrl);
  }
  const begun = await parts.ledger.begin(call);
  if (begun.duplicate) return replay(parts, attempt, begun.row);
  const reply = await parts.dispatch.run(tripOf(attempt, signal), prepared);
  return finishRun(parts, attempt, begun.row, reply, signal.aborted);
}

interface Readied {
  prepared?: Prepared;
  verify?: FollowUp;
}

async function prepareCall(parts: GatewayParts, attempt: Attempt, signal: AbortSignal): Promise<Readied | AppError> {
  if (!attempt.tool.descriptor.prepares) return {};
  const reply = await parts.dispatch.prepare(tripOf(attempt, signal));
  if (!reply.ok) return fromErrorBody(reply.error);
  return { prepared: reply.prepared, ...(reply.verify && { verify: reply.verify }) };
}

/** The stored answer; while the first is still running this waits for it until the deadline. */
async function replay(parts: GatewayParts, attempt: Attempt, row: CallRow): Promise<CallAnswer> {
  const approval = await parts.approvalOf(row.organization_id, row.id);
  if (isFinal(row.state) || row.state === 'awaiting_approval')
    return storedAnswer(row, approval?.id, parts.approvalUrl);
  const ended = await parts.history.wait(attempt.principal, row.id, AbortSignal.timeout(attempt.timeoutMs));
  if (isFinal(ended.state)) return storedAnswer(ended, approval?.id, parts.approvalUrl);
  throw new AppError('conflict', 'The first call with this idempotency key is still running.', {
    details: { call_id: row.id },
    retryable: true,
    suggestion: `Use wait_for_call with call_id "${row.id}".`,
  });
}

// Nothing was dispatched: the line behind the reply says that it was tried. The key stays free for another try.
async function turnedAway(
  parts: GatewayParts,
  attempt: Attempt,
  error: AppError,
  state: 'failed' | 'denied',
): Promise<CallAnswer> {
  if (error.code === 'internal')
    parts.logger.error('a call failed unexpectedly', {
      tool: attempt.tool.descriptor.name,
      error: error.cause ?? error,
    });
  const answer = shapeFailure(error, state, attempt);
  await parts.reads.record({ ...newCallOf(attempt), idempotencyKey: undefined }, state, answer);
  return answer;
}
