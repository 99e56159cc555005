import { canonicalJson } from '@devmesh/adapter';
import { openCall, type CallRow, type StoredCall } from '@devmesh/calls';
import {
  AppError,
  fromErrorBody,
  toAppError,
  type CallAnswer,
  type FollowUp,
  type Prepared,
  type Principal,
  type WireConnection,
} from '@devmesh/contracts';
import { decide } from '@devmesh/policy';
import { withLogContext, withSpan, withTraceContext } from '@devmesh/runtime';
import { connectionHash, tripOf, type Attempt } from './call-attempt.ts';
import { DenialError } from './denial.ts';
import { finishRun } from './finish-run.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { resourceOf } from './resource-of.ts';
import { shapeFailure } from './shape-answer.ts';
import { createToolMetrics } from './tool-metrics.ts';

/**
 * Executes an approved call exactly as it was stored, once: whoever comes second finds nothing to do. It takes none of the
 * requester's places: a person's yes must not fail because the agent is busy, and the worker's own concurrency bounds it.
 */
export function createExecuteApproved(parts: GatewayParts) {
  const measure = createToolMetrics(parts.metrics);

  return async (organizationId: string, callId: string, signal: AbortSignal): Promise<void> => {
    const row = await parts.ledger.claimApproved(organizationId, callId);
    if (!row) return;
    const run = () => withSpan('execute_approved', { tool: row.tool, call_id: callId }, () => execute(row, signal));
    const answer = await withTraceContext(row.trace ?? {}, () => withLogContext({ call_id: callId }, run));
    measure(row.tool, row.door, answer.reply);
  };

  async function execute(row: CallRow, outer: AbortSignal): Promise<CallAnswer> {
    const startedAt = performance.now();
    try {
      const { attempt, stored } = await readyAgain(row, startedAt);
      return await parts.inFlight.track(row.id, attempt.principal, outer, (signal) =>
        runStored(row, attempt, stored, signal),
      );
    } catch (thrown) {
      // Everything that throws here did so before the dispatch, which itself never throws.
      const error = toAppError(thrown, row.id);
      if (error.code === 'internal')
        parts.logger.error('an approved call could not be executed', { error: error.cause ?? error });
      const answer = shapeFailure(error, 'failed', { callId: row.id, startedAt });
      await parts.ledger.finish(row, { state: 'failed', answer });
      return answer;
    }
  }

  async function runStored(
    row: CallRow,
    attempt: Attempt,
    stored: StoredCall,
    signal: AbortSignal,
  ): Promise<CallAnswer> {
    await assertUnchanged(row.tool, attempt, stored.prepared, signal);
    const reply = await parts.dispatch.run(tripOf(attempt, signal), stored.prepared);
    const observed = reply.ok && reply.undo ? await lookBack(attempt, reply.undo, signal) : undefined;
    return finishRun(parts, attempt, row, reply, { cancelled: signal.aborted, observed });
  }

  // What the person saw must still be so; the adapter enforces it once more, atomically, where its system can.
  async function assertUnchanged(
    tool: string,
    attempt: Attempt,
    seen: Prepared | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (!attempt.tool.descriptor.prepares) return;
    const now = await parts.dispatch.prepare(tripOf(attempt, signal));
    if (!now.ok) throw fromErrorBody(now.error);
    if (canonicalJson(now.prepared.observed) !== canonicalJson(seen?.observed ?? {}))
      throw changedMeanwhile(tool, seen, now.prepared);
  }

  /** How the way back finds things now: as long as that holds, this approval covers it. Undefined where it cannot be told. */
  async function lookBack(attempt: Attempt, undo: FollowUp, signal: AbortSignal) {
    try {
      const { tool } = await parts.catalog.find(attempt.principal, undo.tool);
      if (!tool.descriptor.prepares) return undefined;
      const { timeoutMs } = tool.descriptor;
      const trip = { ...tripOf(attempt, signal), tool, input: tool.parse(undo.input), timeoutMs };
      const seen = await parts.dispatch.prepare(trip);
      return seen.ok ? seen.prepared.observed : undefined;
    } catch (error) {
      parts.logger.warn('how things are after an approved call could not be read; its undo will need approval', {
        error,
      });
      return undefined;
    }
  }

  async function readyAgain(row: CallRow, startedAt: number): Promise<{ attempt: Attempt; stored: StoredCall }> {
    const principal = await parts.stillHolds(row);
    const { tool, hidden } = await parts.catalog.find(principal, row.tool);
    if (hidden !== undefined) throw noLongerTheirs(row.tool, hidden);
    if (tool.descriptor.schemaHash !== row.schema_hash)
      throw stale(`${row.tool} has changed since this was asked for.`);
    const stored = await openCall(parts.vault, row);
    const connection = await connectionOf(row, principal, stored);
    assertAllowed(principal, tool.descriptor, stored, connection);
    const options = { door: row.door, requestId: row.request_id ?? undefined, trace: row.trace ?? undefined };
    const { input } = stored;
    const attempt = { callId: row.id, startedAt, principal, tool, options, input, connection };
    return { attempt: { ...attempt, timeoutMs: row.timeout_ms, undoOf: row.undo_of ?? undefined }, stored };
  }

  async function connectionOf(row: CallRow, { organizationId, organizationSlug }: Principal, stored: StoredCall) {
    if (row.connection === null) return undefined;
    const connection = await parts.resolveConnection(organizationId, organizationSlug, row.system, row.connection);
    if (!connection)
      throw new AppError('unavailable', `The connection "${row.connection}" is gone.`, { retryable: false });
    if (connectionHash(connection) === stored.connectionHash) return connection;
    throw stale(`The connection "${row.connection}" leads elsewhere than when this was asked for.`);
  }

  function assertAllowed(
    principal: Principal,
    tool: Attempt['tool']['descriptor'],
    { input, prepared }: StoredCall,
    connection: WireConnection | undefined,
  ): void {
    const resource = resourceOf(tool, input, connection, prepared);
    const decision = decide({ principal, tool, question: 'call', resource, coveredByApproval: true }, parts.policy);
    if (decision.outcome === 'deny') throw new DenialError(decision);
  }
}

function noLongerTheirs(tool: string, rule: string): AppError {
  return new AppError('forbidden', `The requester may no longer call ${tool}.`, { details: { rule } });
}

function changedMeanwhile(tool: string, before: Prepared | undefined, now: Prepared): AppError {
  return stale(`What ${tool} would change is no longer as the approver saw it.`, {
    observed_then: before?.observed ?? {},
    observed_now: now.observed,
  });
}

function stale(sentence: string, details: Record<string, unknown> = {}): AppError {
  return new AppError('conflict', `${sentence} Nothing was done.`, {
    details: { reason: 'stale', ...details },
    suggestion: 'Make the call again: the approver will see how it is now.',
  });
}
