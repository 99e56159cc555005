import { AppError, type Principal } from '@devmesh/contracts';
import type { DbOrTransaction } from '@devmesh/store';
import type { ConnectionRow } from './connection.ts';
import { findRow } from './directory.ts';

/** The organisation's own stored connection; `not_found` for everybody else's, `conflict` for one of the environment. */
export async function changeableRow(
  db: DbOrTransaction,
  { organizationId }: Principal,
  id: string,
): Promise<ConnectionRow> {
  if (id.startsWith('env:')) throw fromEnvironment(id);
  const row = await findRow(db, organizationId, id);
  if (!row) throw noSuchId(id);
  return row;
}

export function noSuchId(id: string): AppError {
  return new AppError('not_found', `There is no connection ${id} here.`, {
    suggestion: 'List them: devmesh connection list, or GET /api/v1/connections.',
  });
}

function fromEnvironment(id: string): AppError {
  return new AppError('conflict', `${id} is given by the environment of its adapter and cannot be changed here.`, {
    suggestion: 'Change the variables of the adapter and start it again, or add a connection of your own.',
  });
}
