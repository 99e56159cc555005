import { createHash } from 'node:crypto';
import { appendAudit, PLATFORM_ORGANIZATION } from '@devmesh/audit';
import { AppError, type Announcement } from '@devmesh/contracts';
import { inTransaction, type DbOrTransaction, type Transaction } from '@devmesh/store';
import { type Jwk, sealTo } from '@devmesh/vault';
import { canonical } from './canonical.ts';
import type { Deps } from './deps.ts';

/** The key that credentials of `system` are sealed to; `unavailable` while that system has never announced itself. */
export async function pinnedKey(db: DbOrTransaction, system: string): Promise<Jwk> {
  const row = await db.selectFrom('system_keys').select('public_jwk').where('system', '=', system).executeTakeFirst();
  if (row) return row.public_jwk as Jwk;
  throw new AppError('unavailable', `${system} has not announced the key that credentials are sealed to.`, {
    suggestion: `Start its adapter (apps/adapter-${system}), then try again.`,
  });
}

/** Pins the first key seen. `newly_refused` for the first sight of another one, `refused` for every further one. */
export async function pinKey(
  { clock }: Deps,
  tx: Transaction,
  { system, publicJwk }: Announcement,
): Promise<'pinned' | 'refused' | 'newly_refused'> {
  const thumbprint = thumbprintOf(publicJwk);
  const pinned = await tx.selectFrom('system_keys').selectAll().where('system', '=', system).executeTakeFirst();
  if (!pinned) {
    // A key that nothing can be sealed to must not be what is remembered.
    await sealTo(publicJwk, '');
    await tx
      .insertInto('system_keys')
      .values({ system, public_jwk: JSON.stringify(publicJwk), thumbprint, pinned_at: clock() })
      .execute();
    return 'pinned';
  }
  if (pinned.thumbprint === thumbprint) return 'pinned';
  if (pinned.refused_thumbprint === thumbprint) return 'refused';
  await tx
    .updateTable('system_keys')
    .set({ refused_thumbprint: thumbprint, refused_at: clock() })
    .where('system', '=', system)
    .execute();
  return 'newly_refused';
}

/** A security event: somebody else's adapter, or one that lost its key. */
export async function auditRefusedKey(
  deps: Deps,
  tx: Transaction,
  { system, publicJwk, instance }: Announcement,
): Promise<void> {
  const details = { system, instance, thumbprint: thumbprintOf(publicJwk) };
  deps.logger.error('an adapter announced another key than the pinned one and was refused', details);
  await auditForUsers(
    deps,
    tx,
    system,
    { id: instance, label: `${system} adapter`, kind: 'system' },
    'system_key.refused',
    'denied',
    details,
  );
}

/**
 * Forgets a system's pinned key: the next announcement pins its own. For an operator who knows why the key changed; credentials
 * sealed to the old key have to be entered again. Gives how many connections that concerns.
 */
export async function repinSystemKey(
  deps: Deps,
  system: string,
  operator: string,
): Promise<{ connectionsToReenter: number }> {
  return inTransaction(deps.db, async (tx) => {
    const gone = await tx
      .deleteFrom('system_keys')
      .where('system', '=', system)
      .returning('thumbprint')
      .executeTakeFirst();
    if (!gone)
      throw new AppError('not_found', `${system} has no pinned key.`, {
        suggestion: 'List the systems: devmesh status.',
      });
    const sealed = await tx
      .selectFrom('connections')
      .select((eb) => eb.fn.countAll<string>().as('count'))
      .where('system', '=', system)
      .where('sealed_credential', 'is not', null)
      .executeTakeFirstOrThrow();
    deps.logger.warn('an operator had a system key forgotten', { system, operator, thumbprint: gone.thumbprint });
    await auditForUsers(
      deps,
      tx,
      system,
      { id: operator, label: operator, kind: 'system' },
      'system_key.unpinned',
      'ok',
      { system, ...gone },
    );
    return { connectionsToReenter: Number(sealed.count) };
  });
}

/** Each organisation that has connections of this system gets the line, and the installation itself. */
async function auditForUsers(
  { clock }: Deps,
  tx: Transaction,
  system: string,
  actor: { id: string; label: string; kind: 'system' },
  action: string,
  outcome: 'ok' | 'denied',
  details: Record<string, unknown>,
): Promise<void> {
  const users = await tx
    .selectFrom('connections')
    .select('organization_id')
    .distinct()
    .where('system', '=', system)
    .execute();
  const concerned = [PLATFORM_ORGANIZATION, ...users.map(({ organization_id }) => organization_id)];
  for (const organizationId of concerned) {
    await appendAudit(tx, {
      organizationId,
      at: clock(),
      actor,
      action,
      outcome,
      target: system,
      details,
    });
  }
}

/** Over the public coordinates only (RFC 7638): `kid` and `use` are labels. */
function thumbprintOf({ crv, kty, x, y, n, e }: Jwk): string {
  return createHash('sha256').update(canonical({ crv, kty, x, y, n, e })).digest('base64url');
}
