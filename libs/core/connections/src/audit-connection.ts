import { appendAudit } from '@devmesh/audit';
import type { Principal } from '@devmesh/contracts';
import type { Transaction } from '@devmesh/store';
import type { ConnectionView } from './connection.ts';
import type { Deps } from './deps.ts';

type Action = 'connection.created' | 'connection.changed' | 'connection.removed';

/** The line of a change, in its transaction; `changed` names fields, never a credential's value. */
export async function auditConnection(
  { clock }: Deps,
  tx: Transaction,
  principal: Principal,
  action: Action,
  view: ConnectionView,
  changed?: readonly string[],
): Promise<void> {
  const { system, name, environment, endpoint } = view;
  await appendAudit(tx, {
    organizationId: principal.organizationId,
    at: clock(),
    actor: { id: principal.id, label: principal.label, kind: principal.kind },
    action,
    outcome: 'ok',
    target: view.id,
    details: { system, name, environment, ...(endpoint !== undefined && { endpoint }), ...(changed && { changed }) },
  });
}
