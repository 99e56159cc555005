import type { AuditEvent } from '@devmesh/audit';
import type { CallRow } from './call-row.ts';

type Described = Pick<
  CallRow,
  | 'id'
  | 'organization_id'
  | 'principal_id'
  | 'principal_label'
  | 'tool'
  | 'request_id'
  | 'connection'
  | 'state'
  | 'input'
  | 'undo_of'
>;

/** The audit line of one step in a call's life; the input in it is the redacted one. */
export function auditOfCall(
  row: Described,
  action: string,
  outcome: AuditEvent['outcome'],
  reasons?: readonly { rule: string; text: string }[],
): AuditEvent {
  return {
    organizationId: row.organization_id,
    actor: {
      id: row.principal_id,
      label: row.principal_label,
      kind: row.principal_id.startsWith('key:') ? 'key' : 'person',
    },
    action,
    outcome,
    target: row.tool,
    callId: row.id,
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(reasons?.[0] && { rule: reasons[0].rule }),
    details: {
      state: row.state,
      input: row.input,
      ...(row.connection !== null && { connection: row.connection }),
      ...(row.undo_of !== null && { undo_of: row.undo_of }),
    },
  };
}
