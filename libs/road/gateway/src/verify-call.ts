import { actorOf, openVerify, type CallRow } from '@devmesh/calls';
import { AppError, type CallAnswer, type Principal } from '@devmesh/contracts';
import type { CallOptions } from './call-options.ts';
import type { CallTool } from './call-tool.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { outcomeUnknownError, verifyHints } from './outcome-unknown.ts';
import { shapeFailure } from './shape-answer.ts';
import { answerOfRow } from './stored-answer.ts';

/**
 * Settles a call whose outcome nobody knows, by its verifying read. The kit's convention: that read lists what the call
 * would have made, so one row means that it happened and none that it did not.
 */
export function createVerifyCall(parts: GatewayParts, callTool: CallTool) {
  /** Throws `not_found` for a call that is not the principal's to see, `conflict` for one that no read settles. */
  return async (principal: Principal, callId: string, options: CallOptions): Promise<CallAnswer> => {
    const row = await parts.history.get(principal, callId);
    if (row.state !== 'outcome_unknown') return answerOfRow(parts, row);
    const verify = await openVerify(parts.vault, row);
    if (!verify) throw new AppError('conflict', `No read settles ${row.tool}.`, { suggestion: verifyHints(row)[0] });
    const connection = row.connection ?? undefined;
    const read = await callTool(principal, verify.tool, verify.input, { ...options, connection });
    if (!read.reply.success) return read;
    const answer = settled(row, read, parts.clock());
    const { status: state } = answer.reply;
    if (state === 'succeeded' || state === 'failed')
      await parts.ledger.finish(row, { state, answer }, actorOf(principal));
    return answer;
  };
}

function settled(row: CallRow, read: CallAnswer, now: Date): CallAnswer {
  const found = read.reply.page?.returned;
  if (found === undefined)
    return stillUnknown(row, `${row.verify?.tool ?? 'The read'} does not say how much it found.`);
  if (found > 0) return itHappened(row, read);
  // Whoever still works on it gives up by then; before that, nothing found means nothing.
  const overAt = (row.dispatched_at ?? row.created_at).getTime() + row.timeout_ms;
  const waitMs = overAt - now.getTime();
  if (waitMs > 0)
    return stillUnknown(row, `Nothing is found yet; ask again in ${String(Math.ceil(waitMs / 1000))} seconds.`);
  return itDidNotHappen(row);
}

function itHappened({ id, tool, verify }: CallRow, read: CallAnswer): CallAnswer {
  const summary = `${tool} did take effect: ${verify?.tool ?? 'a read'} finds it.`;
  const { data, scope, duration_ms } = read.reply;
  return {
    reply: { success: true, status: 'succeeded', call_id: id, data, summary, ...(scope && { scope }), duration_ms },
    text: `${summary}\n${read.text}`,
  };
}

function itDidNotHappen({ id, tool, verify }: CallRow): CallAnswer {
  const message = `${tool} did not take effect: ${verify?.tool ?? 'a read'} finds nothing.`;
  const error = new AppError('upstream_failed', message, { retryable: true, suggestion: 'It may be called again.' });
  return shapeFailure(error, 'failed', { callId: id, startedAt: performance.now() });
}

function stillUnknown(row: CallRow, why: string): CallAnswer {
  const scene = { callId: row.id, startedAt: performance.now() };
  return shapeFailure(outcomeUnknownError(row, why), 'outcome_unknown', scene, verifyHints(row));
}
