import { canonicalJson } from '@devmesh/adapter';
import { openInput, type CallRow } from '@devmesh/calls';
import { AppError, fromErrorBody, toAppError, type Prepared, type Principal } from '@devmesh/contracts';
import { decide } from '@devmesh/policy';
import { withLogContext } from '@devmesh/runtime';
import { tripOf, type Attempt } from './call-attempt.ts';
import { denial } from './denial.ts';
import { finishRun } from './finish-run.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { resourceOf } from './resource-of.ts';
import { shapeFailure } from './shape-answer.ts';

/** Executes an approved call exactly as it was stored, once: whoever comes second finds nothing to do. */
export function createExecuteApproved(parts: GatewayParts) {
  return async (organizationId: string, callId: string, signal: AbortSignal): Promise<void> => {
    const row = await parts.ledger.claimApproved(organizationId, callId);
    if (!row) return;
    await withLogContext({ call_id: callId }, () => executeClaimed(row, signal));
  };

  async function executeClaimed(row: CallRow, signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    try {
      const attempt = await attemptOf(row, startedAt);
      await parts.withExecution(attempt.principal, row.id, () =>
        parts.inFlight.track(row.id, attempt.principal, signal, (inner) => runStored(row, attempt, inner)),
      );
    } catch (thrown) {
      // Everything that throws here did so before the dispatch, which itself never throws.
      const error = toAppError(thrown, row.id);
      if (error.code === 'internal')
        parts.logger.error('an approved call could not be executed', { error: error.cause ?? error });
      await parts.ledger.finish(row, {
        state: 'failed',
        answer: shapeFailure(error, 'failed', { callId: row.id, startedAt }),
      });
    }
  }

  async function runStored(row: CallRow, attempt: Attempt, signal: AbortSignal): Promise<void> {
    await assertStillHolds(row, attempt, signal);
    const reply = await parts.dispatch.run(tripOf(attempt, signal), row.prepared ?? undefined);
    await finishRun(parts, attempt, row, reply, signal.aborted);
  }

  // What the person saw must still be so; the adapter enforces it once more, atomically, where its system can.
  async function assertStillHolds(row: CallRow, attempt: Attempt, signal: AbortSignal): Promise<void> {
    if (!attempt.tool.descriptor.prepares) return;
    const now = await parts.dispatch.prepare(tripOf(attempt, signal));
    if (!now.ok) throw fromErrorBody(now.error);
    if (canonicalJson(now.prepared.observed) === canonicalJson(row.prepared?.observed ?? {})) return;
    throw stale(row.tool, row.prepared, now.prepared);
  }

  async function attemptOf(row: CallRow, startedAt: number): Promise<Attempt> {
    const principal = await parts.stillHolds(row);
    const { tool, hidden } = await parts.catalog.find(principal, row.tool);
    if (hidden !== undefined)
      throw new AppError('forbidden', `The requester may no longer call ${row.tool}.`, { details: { rule: hidden } });
    if (tool.descriptor.schemaHash !== row.schema_hash)
      throw new AppError('conflict', `${row.tool} has changed since this was approved.`, {
        details: { reason: 'stale' },
        suggestion: 'Make the call again.',
      });
    const input = await openInput(row, parts.vault);
    const connection = await connectionOf(row, principal);
    assertAllowed(row, principal, tool.descriptor, input, connection);
    const options = { door: row.door, requestId: row.request_id ?? undefined, trace: row.trace ?? undefined };
    return {
      callId: row.id,
      startedAt,
      principal,
      tool,
      options,
      input,
      connection,
      timeoutMs: row.timeout_ms,
      undoOf: row.undo_of ?? undefined,
      covered: false,
    };
  }

  async function connectionOf(row: CallRow, principal: Principal) {
    if (row.connection === null) return undefined;
    const connection = await parts.resolveConnection(
      principal.organizationId,
      principal.organizationSlug,
      row.system,
      row.connection,
    );
    if (!connection)
      throw new AppError('unavailable', `The connection "${row.connection}" is gone.`, { retryable: false });
    return connection;
  }

  function assertAllowed(
    row: CallRow,
    principal: Principal,
    tool: Attempt['tool']['descriptor'],
    input: Record<string, unknown>,
    connection: Attempt['connection'],
  ): void {
    const resource = resourceOf(tool, input, connection, row.prepared ?? undefined);
    const decision = decide({ principal, tool, question: 'call', resource, coveredByApproval: true }, parts.policy);
    if (decision.outcome === 'deny') throw denial(decision);
  }
}

function stale(tool: string, before: Prepared | null, now: Prepared): AppError {
  return new AppError('conflict', `What ${tool} would change is no longer as the approver saw it; nothing was done.`, {
    details: { reason: 'stale', observed_then: before?.observed ?? {}, observed_now: now.observed },
    suggestion: 'Make the call again: the approver will see how it is now.',
  });
}
