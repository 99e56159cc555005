import type { Principal } from '@devmesh/contracts';
import { inTransaction, type Transaction } from '@devmesh/store';
import { auditConnection } from './audit-connection.ts';
import { storedConnection } from './connection.ts';
import { lockConnections } from './create-connection.ts';
import type { Deps } from './deps.ts';
import { changeableRow } from './stored-row.ts';
import { assertMayChange } from './who-may.ts';

/** Removes a connection and its sealed credential; when it was the default, the oldest of the rest becomes it. */
export async function removeConnection(deps: Deps, principal: Principal, id: string): Promise<void> {
  assertMayChange(principal);
  const { system } = await changeableRow(deps.db, principal, id);
  await inTransaction(deps.db, async (tx) => {
    await lockConnections(tx, principal.organizationId, system);
    const row = await changeableRow(tx, principal, id);
    await tx
      .deleteFrom('connections')
      .where('organization_id', '=', principal.organizationId)
      .where('id', '=', id)
      .execute();
    if (row.is_default) await markOldest(tx, principal.organizationId, system);
    await auditConnection(deps, tx, principal, 'connection.removed', storedConnection(row).view);
  });
  deps.publishChange();
}

async function markOldest(tx: Transaction, organizationId: string, system: string): Promise<void> {
  const oldest = tx
    .selectFrom('connections')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('system', '=', system)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1);
  await tx
    .updateTable('connections')
    .set({ is_default: true })
    .where('organization_id', '=', organizationId)
    .where('id', 'in', oldest)
    .execute();
}
