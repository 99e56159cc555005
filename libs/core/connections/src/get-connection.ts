import type { Principal } from '@devmesh/contracts';
import type { Db } from '@devmesh/store';
import { type ConnectionView, storedConnection } from './connection.ts';
import { connectionsOf, findRow } from './directory.ts';
import { noSuchId } from './stored-row.ts';

/** One connection of the organisation, stored or given by environment (`env:<system>:<name>`). */
export async function getConnection(db: Db, principal: Principal, id: string): Promise<ConnectionView> {
  const view = id.startsWith('env:') ? await given(db, principal, id) : await stored(db, principal, id);
  if (!view) throw noSuchId(id);
  return view;
}

async function stored(db: Db, { organizationId }: Principal, id: string): Promise<ConnectionView | undefined> {
  const row = await findRow(db, organizationId, id);
  return row && storedConnection(row).view;
}

async function given(db: Db, principal: Principal, id: string): Promise<ConnectionView | undefined> {
  const [, system = ''] = id.split(':');
  return (await connectionsOf(db, principal, system)).find(({ view }) => view.id === id)?.view;
}
