import type { Principal, RateLimit, Role } from '@devmesh/contracts';
import type { Db } from '@devmesh/store';
import type { Loaded, Refused } from './principal-cache.ts';
import { coversScope, scopesOfRole } from './roles.ts';

/** Which row of `api_keys` or `sessions` is meant. */
export type KeyRef = { keyHash: string } | { keyId: string; organizationId: string };
export type SessionRef = { cookieHash: string } | { sessionId: string };

interface Validity {
  id: string;
  organization_id: string;
  expires_at: Date;
  revoked_at: Date | null;
  disabled_at: Date | null;
}

/** Reads a key and everything its principal is made of; one query. */
export async function loadKey(db: Db, ref: KeyRef, now: Date): Promise<Loaded> {
  const row = await keyRow(db, ref);
  if (!row) return { state: 'refused', reason: 'unknown' };
  const refusal = refusalOf(row, row.name, now);
  if (refusal) return refusal;
  const role = row.role as Role;
  const principal: Principal = {
    organizationId: row.organization_id,
    organizationSlug: row.slug,
    id: `key:${row.id}`,
    kind: 'key',
    userId: row.user_id,
    keyId: row.id,
    label: row.name,
    // A role belongs to a person in a session: a key never approves or audits by its owner's.
    roles: [],
    // A person who lost rights takes them from their keys, too.
    scopes: (row.scopes as string[]).filter((scope) => coversScope(scopesOfRole(role), scope)),
    toolset: row.toolset,
    ...(row.rate_limit !== null && { rateLimit: row.rate_limit as RateLimit }),
    ...(row.context_user_id !== null && { contextUserId: row.context_user_id }),
  };
  return { state: 'held', principal, expiresAtMs: row.expires_at.getTime() };
}

/** Reads a session and the person behind it; one query. */
export async function loadSession(db: Db, ref: SessionRef, now: Date): Promise<Loaded> {
  const row = await sessionRow(db, ref);
  if (!row) return { state: 'refused', reason: 'unknown' };
  const refusal = refusalOf(row, row.email, now);
  if (refusal) return refusal;
  const principal = { ...personPrincipal(row), sessionId: row.id };
  return { state: 'held', principal, expiresAtMs: row.expires_at.getTime() };
}

export interface PersonFacts {
  user_id: string;
  organization_id: string;
  slug: string;
  email: string;
  role: string;
}

export function personPrincipal(facts: PersonFacts): Principal {
  const role = facts.role as Role;
  return {
    organizationId: facts.organization_id,
    organizationSlug: facts.slug,
    id: `user:${facts.user_id}`,
    kind: 'person',
    userId: facts.user_id,
    label: facts.email,
    roles: [role],
    scopes: [...scopesOfRole(role)],
    toolset: 'all',
  };
}

function refusalOf(row: Validity, label: string, now: Date): Refused | undefined {
  const reason = row.revoked_at
    ? 'revoked'
    : row.disabled_at
      ? 'user_disabled'
      : row.expires_at <= now
        ? 'expired'
        : undefined;
  return reason && { state: 'refused', reason, organizationId: row.organization_id, id: row.id, label };
}

function keyRow(db: Db, ref: KeyRef) {
  const query = db
    .selectFrom('api_keys as k')
    .innerJoin('users as u', 'u.id', 'k.user_id')
    .innerJoin('organizations as o', 'o.id', 'k.organization_id')
    .select([
      'k.id',
      'k.organization_id',
      'k.user_id',
      'k.name',
      'k.scopes',
      'k.toolset',
      'k.rate_limit',
      'k.context_user_id',
    ])
    .select(['k.expires_at', 'k.revoked_at', 'u.role', 'u.disabled_at', 'o.slug']);
  const narrowed =
    'keyHash' in ref
      ? query.where('k.key_hash', '=', ref.keyHash)
      : query.where('k.organization_id', '=', ref.organizationId).where('k.id', '=', ref.keyId);
  return narrowed.executeTakeFirst();
}

function sessionRow(db: Db, ref: SessionRef) {
  const query = db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .innerJoin('organizations as o', 'o.id', 's.organization_id')
    .select(['s.id', 's.organization_id', 's.user_id', 's.expires_at', 's.revoked_at'])
    .select(['u.email', 'u.role', 'u.disabled_at', 'o.slug']);
  const narrowed =
    'cookieHash' in ref
      ? query.where('s.cookie_hash', '=', ref.cookieHash)
      : query.where('s.id', '=', ref.sessionId).where('s.kind', '=', 'token');
  return narrowed.executeTakeFirst();
}
