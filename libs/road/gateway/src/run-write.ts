import { canonicalJson } from '@devmesh/adapter';
import { isFinal, type CallRow } from '@devmesh/calls';
import { AppError, fromErrorBody, toAppError, type CallAnswer, type FollowUp, type Prepared } from '@devmesh/contracts';
import { decide, type Decision } from '@devmesh/policy';
import { newCallOf, tripOf, type Attempt } from './call-attempt.ts';
import { DenialError } from './denial.ts';
import { finishRun } from './finish-run.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { resourceOf } from './resource-of.ts';
import { answerOfRow, pendingAnswer } from './stored-answer.ts';
import { inPlace } from './take-place.ts';
import { turnedAway } from './turned-away.ts';

/**
 * A write, a destroy, or a read with an idempotency key: prepared, decided, and a row with its audit line before
 * anything is dispatched. Throws `conflict` for a key that was used otherwise or is still in flight at the deadline.
 */
export async function runWrite(parts: GatewayParts, attempt: Attempt): Promise<CallAnswer> {
  const earlier = await earlierCall(parts, attempt);
  if (earlier) return replay(parts, attempt, earlier);
  try {
    return await inPlace(parts, attempt, (signal) => weighAndRun(parts, attempt, signal));
  } catch (thrown) {
    // Whatever throws did so before the dispatch.
    const error = toAppError(thrown, attempt.callId);
    if (error.code === 'conflict') throw error;
    return notBegun(parts, attempt, error, false);
  }
}

function earlierCall(parts: GatewayParts, attempt: Attempt): Promise<CallRow | undefined> {
  const { principal, tool, connection, input, options, undoOf } = attempt;
  return parts.ledger.earlier({
    principal,
    tool: tool.descriptor,
    connection: connection?.name,
    input,
    idempotencyKey: options.idempotencyKey,
    undoOf,
  });
}

async function weighAndRun(parts: GatewayParts, attempt: Attempt, signal: AbortSignal): Promise<CallAnswer> {
  let weighed: Weighed;
  try {
    weighed = await weigh(parts, attempt, signal);
  } catch (thrown) {
    return notBegun(parts, attempt, toAppError(thrown, attempt.callId), signal.aborted);
  }
  const { prepared, verify, decision } = weighed;
  const call = newCallOf(attempt, prepared, verify);
  const begun = await parts.ledger.begin(
    decision.outcome === 'approve' ? { ...call, approval: askFor(parts, attempt, decision) } : call,
  );
  if (begun.duplicate) return replay(parts, attempt, begun.row);
  if (decision.outcome === 'approve')
    return pendingAnswer(begun.row.id, begun.row.tool, begun.approvalId, parts.approvalUrl);
  const reply = await parts.dispatch.run(tripOf(attempt, signal), prepared);
  return finishRun(parts, attempt, begun.row, reply, { cancelled: signal.aborted });
}

interface Weighed {
  prepared?: Prepared | undefined;
  verify?: FollowUp | undefined;
  decision: Decision;
}

/** What would change, and whether it may. Throws what `prepare` says, and the policy's no. */
async function weigh(parts: GatewayParts, attempt: Attempt, signal: AbortSignal): Promise<Weighed> {
  const { principal, tool, input, connection } = attempt;
  const readied = tool.descriptor.prepares ? await parts.dispatch.prepare(tripOf(attempt, signal)) : undefined;
  if (readied?.ok === false) throw fromErrorBody(readied.error);
  const prepared = readied?.prepared;
  const resource = resourceOf(tool.descriptor, input, connection, prepared);
  const coveredByApproval = isCovered(attempt, prepared);
  const facts = { principal, tool: tool.descriptor, question: 'call' as const, resource, coveredByApproval };
  const decision = decide(facts, parts.policy);
  if (decision.outcome === 'deny') throw new DenialError(decision);
  return { prepared, verify: readied?.verify, decision };
}

// An undo whose tool observes nothing cannot be known to undo what was approved.
function isCovered({ coveredWhile }: Attempt, prepared: Prepared | undefined): boolean {
  if (coveredWhile === undefined || prepared === undefined) return false;
  return canonicalJson(prepared.observed) === canonicalJson(coveredWhile);
}

function askFor({ clock, approvalTtlMs }: GatewayParts, { options }: Attempt, { reasons }: Decision) {
  const expiresAt = new Date(clock().getTime() + approvalTtlMs);
  return { reasons, expiresAt, requestReason: options.reason };
}

/** The stored answer; while the first is still running this waits for it until the deadline. */
async function replay(parts: GatewayParts, attempt: Attempt, row: CallRow): Promise<CallAnswer> {
  if (isFinal(row.state) || row.state === 'awaiting_approval') return answerOfRow(parts, row);
  const deadline = AbortSignal.timeout(attempt.timeoutMs);
  const signal = attempt.options.signal ? AbortSignal.any([attempt.options.signal, deadline]) : deadline;
  const ended = await parts.history.wait(attempt.principal, row.id, signal);
  if (isFinal(ended.state)) return answerOfRow(parts, ended);
  throw new AppError('conflict', 'The same call was made before and is still running.', {
    details: { call_id: row.id },
    retryable: true,
    suggestion: `Use wait_for_call with call_id "${row.id}".`,
  });
}

/**
 * This one did not begin. Another with the same key may have, in the meantime: what it changed may be the very reason, and
 * its answer is then this one's too.
 */
async function notBegun(
  parts: GatewayParts,
  attempt: Attempt,
  error: AppError,
  cancelled: boolean,
): Promise<CallAnswer> {
  const earlier = error.code === 'internal' || cancelled ? undefined : await earlierCall(parts, attempt);
  return earlier ? replay(parts, attempt, earlier) : turnedAway(parts, attempt, error, cancelled);
}
