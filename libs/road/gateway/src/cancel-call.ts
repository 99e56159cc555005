import { actorOf, isFinal, mayCancel, type CallRow } from '@devmesh/calls';
import { AppError, subjects, type Principal } from '@devmesh/contracts';
import type { GatewayParts } from './gateway-parts.ts';

/** Cancels a call, wherever it is: waiting for a person, or running in any replica. */
export function createCancelCall(parts: GatewayParts) {
  /**
   * Answers the state right after; what runs ends a moment later. Throws `not_found`, `forbidden` for somebody who may
   * only look, and `conflict` for a call that has ended.
   */
  return async (principal: Principal, callId: string): Promise<CallRow['state'] | 'cancelling'> => {
    const row = await parts.history.get(principal, callId);
    if (!mayCancel(principal, row)) throw new AppError('forbidden', 'Your role may read this call, not cancel it.');
    if (isFinal(row.state))
      throw new AppError('conflict', `The call ${callId} has ended: ${row.state}.`, { details: { state: row.state } });
    if (await parts.ledger.cancelWaiting(row, actorOf(principal))) return 'cancelled';
    parts.noteAudit({
      organizationId: row.organization_id,
      actor: actorOf(principal),
      action: 'call.cancel_requested',
      outcome: 'pending',
      target: row.tool,
      callId,
    });
    const { organization_id: organizationId, principal_id: principalId } = row;
    parts.bus.publish(subjects.cancelCall(callId), { organizationId, principalId });
    return 'cancelling';
  };
}
