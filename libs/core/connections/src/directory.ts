import { EnvironmentConnection } from '@devmesh/contracts';
import { type Db, type DbOrTransaction, sql } from '@devmesh/store';
import {
  type Connection,
  type ConnectionRow,
  environmentConnections,
  storedConnection,
  together,
} from './connection.ts';

/** Whose connections are meant; the slug is what an environment's connection names. */
export interface Owner {
  organizationId: string;
  organizationSlug: string;
}

/** The organisation's connections of one system. */
export async function connectionsOf(db: DbOrTransaction, owner: Owner, system: string): Promise<Connection[]> {
  const stored = await storedRows(db, owner.organizationId).where('system', '=', system).execute();
  const [given] = await environmentGiven(db).where('system', '=', system).execute();
  return together(stored.map(storedConnection), given ? visibleTo(owner, given) : []);
}

/** All of the organisation's connections, by system. */
export async function allConnections(db: Db, owner: Owner): Promise<Connection[]> {
  const stored = Map.groupBy(await storedRows(db, owner.organizationId).execute(), ({ system }) => system);
  const given = new Map((await environmentGiven(db).execute()).map((row) => [row.system, visibleTo(owner, row)]));
  const systems = [...new Set([...stored.keys(), ...given.keys()])].sort();
  return systems.flatMap((system) =>
    together((stored.get(system) ?? []).map(storedConnection), given.get(system) ?? []),
  );
}

export function findRow(db: DbOrTransaction, organizationId: string, id: string): Promise<ConnectionRow | undefined> {
  return storedRows(db, organizationId).where('id', '=', id).executeTakeFirst();
}

function storedRows(db: DbOrTransaction, organizationId: string) {
  return db
    .selectFrom('connections')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .orderBy('created_at')
    .orderBy('id');
}

/** Only this part of an announcement is read: the tools beside it may be hundreds of kilobytes. */
function environmentGiven(db: DbOrTransaction) {
  return db
    .selectFrom('announcements')
    .select(['system', sql<unknown>`announcement -> 'environmentConnections'`.as('given')]);
}

function visibleTo({ organizationSlug }: Owner, { system, given }: { system: string; given: unknown }): Connection[] {
  return environmentConnections(system, EnvironmentConnection.array().parse(given), organizationSlug);
}
