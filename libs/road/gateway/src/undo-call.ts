import { AppError, type CallAnswer, type Principal } from '@devmesh/contracts';
import type { CallOptions } from './call-options.ts';
import type { CallTool } from './call-tool.ts';
import type { GatewayParts } from './gateway-parts.ts';

const COVERED_MS = 24 * 3600 * 1000;

/** Takes a call back by its stored way back: a call of its own, under the same policy. */
export function createUndoCall(parts: GatewayParts, callTool: CallTool) {
  /** Throws `not_found` for a call that is not the principal's to see, `conflict` for one that cannot be taken back. */
  return async (principal: Principal, callId: string, options: CallOptions): Promise<CallAnswer> => {
    const row = await parts.history.get(principal, callId);
    if (row.state !== 'succeeded')
      throw new AppError('conflict', `The call ${callId} is ${row.state}: there is nothing to take back.`);
    if (!row.undo)
      throw new AppError('conflict', `${row.tool} has no way back.`, {
        suggestion: 'Make the opposite change as a call of its own.',
      });
    const approval = await parts.approvalOf(row.organization_id, row.id);
    const approvedAt = approval?.approvedAt?.getTime();
    const covered = approvedAt !== undefined && parts.clock().getTime() - approvedAt < COVERED_MS;
    const connection = row.connection ?? undefined;
    return callTool(principal, row.undo.tool, row.undo.input, { ...options, connection }, { undoOf: row.id, covered });
  };
}
