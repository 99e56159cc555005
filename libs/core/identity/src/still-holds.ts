import { AppError, type Principal } from '@devmesh/contracts';
import type { Db } from '@devmesh/store';
import type { Deps } from './deps.ts';
import { loadKey, personPrincipal } from './load-principal.ts';
import type { Held, Refused } from './principal-cache.ts';

/**
 * Reads from the database whether the one who asked still exists and with which rights, past every cache: what an
 * approved call runs under. A person's session may have ended meanwhile, their account must not. `forbidden` says why not.
 */
export async function stillHolds(deps: Deps, principal: Principal): Promise<Principal> {
  const loaded = principal.kind === 'key' ? await currentKey(deps, principal) : await currentPerson(deps.db, principal);
  if (loaded.state === 'held') return loaded.principal;
  throw noLonger(loaded.reason, principal);
}

async function currentKey({ db, clock }: Deps, { organizationId, keyId }: Principal): Promise<Held | Refused> {
  if (keyId === undefined) return { state: 'refused', reason: 'unknown' };
  return loadKey(db, { organizationId, keyId }, clock());
}

async function currentPerson(db: Db, { organizationId, userId, sessionId }: Principal): Promise<Held | Refused> {
  const row = await db
    .selectFrom('users as u')
    .innerJoin('organizations as o', 'o.id', 'u.organization_id')
    .select(['u.id as user_id', 'u.organization_id', 'u.email', 'u.role', 'u.disabled_at', 'o.slug'])
    .where('u.organization_id', '=', organizationId)
    .where('u.id', '=', userId ?? '')
    .executeTakeFirst();
  if (!row) return { state: 'refused', reason: 'unknown' };
  if (row.disabled_at) return { state: 'refused', reason: 'user_disabled' };
  const principal = { ...personPrincipal(row), ...(sessionId !== undefined && { sessionId }) };
  return { state: 'held', principal, expiresAtMs: Infinity };
}

function noLonger(reason: Refused['reason'], { kind, label }: Principal): AppError {
  const what = kind === 'key' ? `The key "${label}"` : label;
  const said: Record<Refused['reason'], string> = {
    unknown: `${what} does not exist any more.`,
    revoked: `${what} has been revoked.`,
    expired: `${what} has expired.`,
    user_disabled:
      kind === 'key'
        ? `The person behind ${what.toLowerCase()} has been deactivated.`
        : `${what} has been deactivated.`,
  };
  return new AppError('forbidden', said[reason], {
    details: { reason },
    suggestion: 'Make the request again with a key that is valid.',
  });
}
