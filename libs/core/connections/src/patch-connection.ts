import { AppError, type Principal } from '@devmesh/contracts';
import { inTransaction, type Transaction } from '@devmesh/store';
import { auditConnection } from './audit-connection.ts';
import { announcedSystem, checkedSettings, sealedCredential } from './check-connection.ts';
import { type ConnectionRow, type ConnectionView, storedConnection } from './connection.ts';
import { lockConnections, nameTaken } from './create-connection.ts';
import type { Deps } from './deps.ts';
import { connectionsOf } from './directory.ts';
import { addressesOf } from './endpoint.ts';
import { parseInput, PatchConnection } from './input.ts';
import { changeableRow } from './stored-row.ts';
import { assertMayChange } from './who-may.ts';

/** `conflict` when `ifMatch` is not the version that is there. */
export interface PatchOptions {
  ifMatch?: number | undefined;
}

/** Changes what is named. A stored credential never follows to another address: it has to be entered again with it. */
export async function patchConnection(
  deps: Deps,
  principal: Principal,
  id: string,
  input: unknown,
  options: PatchOptions = {},
): Promise<ConnectionView> {
  assertMayChange(principal);
  const patch = parseInput(PatchConnection, input);
  const { system } = await changeableRow(deps.db, principal, id);
  const patched = await inTransaction(deps.db, async (tx) => {
    await lockConnections(tx, principal.organizationId, system);
    const row = await changeableRow(tx, principal, id);
    assertVersion(row, options.ifMatch);
    await assertNameFree(tx, principal, row, patch.name);
    const values = await newValues(deps, tx, row, patch);
    if (patch.is_default) await unmarkDefault(tx, principal.organizationId, system);
    const view = await update(deps, tx, principal.organizationId, row, values);
    await auditConnection(deps, tx, principal, 'connection.changed', view, Object.keys(patch));
    return view;
  });
  deps.publishChange();
  return patched;
}

interface Values {
  name: string;
  environment: string;
  endpoint: string | null;
  settings: string;
  sealed_credential: string | null;
  is_default: boolean;
}

async function newValues(deps: Deps, tx: Transaction, row: ConnectionRow, patch: PatchConnection): Promise<Values> {
  const announced = await announcedSystem(tx, row.system);
  const endpoint = patch.endpoint === undefined ? row.endpoint : patch.endpoint;
  const before = row.settings as Record<string, unknown>;
  const settings = checkedSettings(deps, announced, endpoint ?? undefined, patch.settings ?? before);
  const keepsCredential = patch.credential === undefined;
  if (keepsCredential && row.sealed_credential !== null) assertSameAddresses(row, endpoint, settings);
  return {
    name: patch.name ?? row.name,
    environment: patch.environment ?? row.environment,
    endpoint,
    settings: JSON.stringify(settings),
    sealed_credential: keepsCredential
      ? row.sealed_credential
      : await sealedCredential(tx, announced, patch.credential),
    is_default: patch.is_default ?? row.is_default,
  };
}

/** Else whoever may change a connection could have its credential sent to a server of their own. */
function assertSameAddresses(row: ConnectionRow, endpoint: string | null, settings: Record<string, unknown>): void {
  const before = new Set(originsOf(row.endpoint, row.settings as Record<string, unknown>));
  const added = originsOf(endpoint, settings).filter((origin) => !before.has(origin));
  if (added.length === 0) return;
  throw new AppError('invalid_input', `The stored credential is not sent to another address (${added.join(', ')}).`, {
    details: { fields: { credential: 'must be entered again' } },
    suggestion: 'Send `credential` together with the new address, or `"credential": null` to go without one.',
  });
}

function originsOf(endpoint: string | null, settings: Record<string, unknown>): string[] {
  return addressesOf(endpoint ?? undefined, settings).map(({ value }) => new URL(value).origin);
}

function assertVersion({ version }: ConnectionRow, ifMatch: number | undefined): void {
  if (ifMatch === undefined || ifMatch === version) return;
  throw new AppError(
    'conflict',
    `This connection is at version ${version}, not ${ifMatch}: somebody changed it meanwhile.`,
    {
      details: { version },
      suggestion: 'Read it again and repeat the change.',
    },
  );
}

async function assertNameFree(
  tx: Transaction,
  principal: Principal,
  row: ConnectionRow,
  name: string | undefined,
): Promise<void> {
  if (name === undefined || name === row.name) return;
  const others = await connectionsOf(tx, principal, row.system);
  if (others.some(({ view }) => view.name === name && view.id !== row.id)) throw nameTaken(row.system, name);
}

async function unmarkDefault(tx: Transaction, organizationId: string, system: string): Promise<void> {
  await tx
    .updateTable('connections')
    .set({ is_default: false })
    .where('organization_id', '=', organizationId)
    .where('system', '=', system)
    .where('is_default', '=', true)
    .execute();
}

async function update(
  { clock }: Deps,
  tx: Transaction,
  organizationId: string,
  row: ConnectionRow,
  values: Values,
): Promise<ConnectionView> {
  const updated = await tx
    .updateTable('connections')
    .set({ ...values, version: row.version + 1, updated_at: clock() })
    .where('organization_id', '=', organizationId)
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return storedConnection(updated).view;
}
