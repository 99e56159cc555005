import { openWayBack, type CallRow } from '@devmesh/calls';
import { AppError, type CallAnswer, type Principal } from '@devmesh/contracts';
import type { CallOptions } from './call-options.ts';
import type { CallTool } from './call-tool.ts';
import type { GatewayParts } from './gateway-parts.ts';

const COVERED_MS = 24 * 3600 * 1000;

/** Takes a call back by its stored way back: a call of its own, under the same policy. */
export function createUndoCall(parts: GatewayParts, callTool: CallTool) {
  /**
   * A second time gives the answer of the first. Throws `not_found` for a call that is not the principal's to see,
   * `conflict` for one that cannot be taken back.
   */
  return async (principal: Principal, callId: string, options: CallOptions): Promise<CallAnswer> => {
    const row = await parts.history.get(principal, callId);
    if (row.state !== 'succeeded')
      throw new AppError('conflict', `The call ${callId} is ${row.state}: there is nothing to take back.`);
    const back = await openWayBack(parts.vault, row);
    if (!back)
      throw new AppError('conflict', `${row.tool} has no way back.`, {
        suggestion: 'Make the opposite change as a call of its own.',
      });
    const coveredWhile = (await isFreshlyApproved(row)) ? back.observed : undefined;
    const connection = row.connection ?? undefined;
    return callTool(principal, back.tool, back.input, { ...options, connection }, { undoOf: row.id, coveredWhile });
  };

  async function isFreshlyApproved(row: CallRow): Promise<boolean> {
    const approval = await parts.approvalOf(row.organization_id, row.id);
    const approvedAt = approval?.approvedAt?.getTime();
    return approvedAt !== undefined && parts.clock().getTime() - approvedAt < COVERED_MS;
  }
}
