import { AppError, newId, type Principal } from '@devmesh/contracts';
import { inTransaction, sql, type Transaction } from '@devmesh/store';
import { auditConnection } from './audit-connection.ts';
import { announcedSystem, checkedSettings, sealedCredential } from './check-connection.ts';
import { type ConnectionView, storedConnection } from './connection.ts';
import type { Deps } from './deps.ts';
import { connectionsOf } from './directory.ts';
import { CreateConnection, parseInput } from './input.ts';
import { assertMayChange } from './who-may.ts';

const MOST_PER_SYSTEM = 200;

/** Adds a connection; the first of a system becomes its default. `conflict` when the name is taken. */
export async function createConnection(deps: Deps, principal: Principal, input: unknown): Promise<ConnectionView> {
  assertMayChange(principal);
  const fields = parseInput(CreateConnection, input);
  const announced = await announcedSystem(deps.db, fields.system);
  const settings = checkedSettings(deps, announced, fields.endpoint, fields.settings);
  const sealed = await sealedCredential(deps.db, announced, fields.credential);
  const created = await inTransaction(deps.db, async (tx) => {
    await lockConnections(tx, principal.organizationId, fields.system);
    const isDefault = await isFirst(tx, principal, fields);
    const view = await insert(deps, tx, principal, { ...fields, settings, sealed, isDefault });
    await auditConnection(deps, tx, principal, 'connection.created', view);
    return view;
  });
  deps.publishChange();
  return created;
}

/** One change at a time to an organisation's connections of one system: there is exactly one default. */
export async function lockConnections(tx: Transaction, organizationId: string, system: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('connections'), hashtext(${`${organizationId}/${system}`}))`.execute(
    tx,
  );
}

async function isFirst(tx: Transaction, principal: Principal, { system, name }: CreateConnection): Promise<boolean> {
  const existing = await connectionsOf(tx, principal, system);
  if (existing.some(({ view }) => view.name === name)) throw nameTaken(system, name);
  if (existing.length >= MOST_PER_SYSTEM) {
    throw new AppError('conflict', `An organisation can have ${MOST_PER_SYSTEM} connections to ${system}.`, {
      suggestion: 'Remove one first.',
    });
  }
  return existing.length === 0;
}

interface Insert extends CreateConnection {
  sealed: string | null;
  isDefault: boolean;
}

async function insert({ clock }: Deps, tx: Transaction, principal: Principal, fields: Insert): Promise<ConnectionView> {
  const now = clock();
  const row = await tx
    .insertInto('connections')
    .values({
      id: newId('conn', now),
      organization_id: principal.organizationId,
      system: fields.system,
      name: fields.name,
      environment: fields.environment,
      endpoint: fields.endpoint ?? null,
      settings: JSON.stringify(fields.settings),
      sealed_credential: fields.sealed,
      is_default: fields.isDefault,
      version: 1,
      created_by: principal.id,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return storedConnection(row).view;
}

export function nameTaken(system: string, name: string): AppError {
  return new AppError('conflict', `There is already a connection "${name}" to ${system}.`, {
    details: { fields: { name: 'is taken' } },
    suggestion: 'Choose another name, or change that one with PATCH /api/v1/connections/:id.',
  });
}
