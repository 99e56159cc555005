import { isFinal, type CallRow } from '@devmesh/calls';
import { AppError, subjects, type Principal } from '@devmesh/contracts';
import type { GatewayParts } from './gateway-parts.ts';

/** Cancels a call, wherever it is: waiting for a person, or running in any replica. */
export function createCancelCall(parts: GatewayParts) {
  /** Answers the state right after; what runs ends a moment later. Throws `not_found`, and `conflict` for a call that has ended. */
  return async (principal: Principal, callId: string): Promise<CallRow['state'] | 'cancelling'> => {
    const row = await parts.history.get(principal, callId);
    if (isFinal(row.state))
      throw new AppError('conflict', `The call ${callId} has ended: ${row.state}.`, { details: { state: row.state } });
    if (await parts.history.cancelWaiting(principal, callId)) return 'cancelled';
    parts.bus.publish(subjects.cancelCall(callId), {
      organizationId: row.organization_id,
      principalId: row.principal_id,
    });
    return 'cancelling';
  };
}
