import type { AuditActor, AuditEvent } from '@devmesh/audit';
import type { Principal } from '@devmesh/contracts';
import type { CallRow } from './call-row.ts';

/** What happens by itself: expiry, lost leases. */
export const DEVMESH: AuditActor = { id: 'system:devmesh', label: 'DevMesh', kind: 'system' };

export function actorOf({ id, label, kind }: Principal): AuditActor {
  return { id, label, kind };
}

/** The audit line of one step in a call's life; the input in it is the redacted one. Default actor: who made the call. */
export function auditOfCall(
  row: CallRow,
  action: string,
  outcome: AuditEvent['outcome'],
  { actor = requesterOf(row), rule }: { actor?: AuditActor; rule?: string | undefined } = {},
): AuditEvent {
  return {
    organizationId: row.organization_id,
    actor,
    action,
    outcome,
    target: row.tool,
    callId: row.id,
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(rule !== undefined && { rule }),
    details: {
      state: row.state,
      input: row.input,
      ...(row.connection !== null && { connection: row.connection }),
      ...(row.undo_of !== null && { undo_of: row.undo_of }),
    },
  };
}

function requesterOf({ principal_id: id, principal_label: label, key_id: keyId }: CallRow): AuditActor {
  return { id, label, kind: keyId === null ? 'person' : 'key' };
}
