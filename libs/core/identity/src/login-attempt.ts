import { hashToken } from '@devmesh/vault';
import { sql } from '@devmesh/store';
import { AppError } from '@devmesh/contracts';
import type { Deps } from './deps.ts';

const ALLOWED = 5;
const LOCK_MS = 15 * 60_000;

/** The person whose password is about to be tried. */
export interface Candidate {
  id: string;
  organization_id: string;
  slug: string;
  email: string;
  role: string;
  password_hash: string | null;
}

/**
 * Takes one of five attempts *before* any hashing, in one atomic update, so that parallel guesses cannot slip through
 * between check and count. The fifth locks at once; a right password sets everything back.
 * Gives nobody for an unknown e-mail, which is limited the same way; throws `rate_limited` while locked.
 */
export async function reserveAttempt(deps: Deps, email: string): Promise<Candidate | undefined> {
  const reserved = await reserve(deps, email);
  if (reserved) return reserved;
  const locked = await lockedPerson(deps, email);
  if (locked) {
    auditLocked(deps, locked);
    throw lockedError(locked.locked_until, deps.clock());
  }
  await reserveUnknown(deps, email);
  return undefined;
}

async function reserve({ db, clock }: Deps, email: string): Promise<Candidate | undefined> {
  const now = clock();
  const windowStart = new Date(now.getTime() - LOCK_MS);
  const lockEnd = new Date(now.getTime() + LOCK_MS);
  // Attempts older than the window are forgotten, a lock that has run out among them.
  const count = sql<number>`CASE WHEN users.login_attempted_at > ${windowStart} AND users.locked_until IS NULL THEN users.login_attempts + 1 ELSE 1 END`;
  return db
    .updateTable('users')
    .from('organizations')
    .set({
      login_attempts: count,
      login_attempted_at: now,
      locked_until: sql<Date | null>`CASE WHEN ${count} >= ${ALLOWED} THEN ${lockEnd}::timestamptz END`,
    })
    .whereRef('organizations.id', '=', 'users.organization_id')
    .where('users.email', '=', email)
    .where('users.disabled_at', 'is', null)
    .where((eb) => eb.or([eb('users.locked_until', 'is', null), eb('users.locked_until', '<=', now)]))
    .returning([
      'users.id',
      'users.organization_id',
      'users.email',
      'users.role',
      'users.password_hash',
      'organizations.slug',
    ])
    .executeTakeFirst();
}

/** Sets the count back after a right password. */
export async function clearAttempts({ db }: Pick<Deps, 'db'>, organizationId: string, userId: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ login_attempts: 0, login_attempted_at: null, locked_until: null })
    .where('organization_id', '=', organizationId)
    .where('id', '=', userId)
    .execute();
}

/** Gives an attempt back that never came to hashing. */
export async function returnAttempt({ db }: Deps, { id, organization_id }: Candidate): Promise<void> {
  await db
    .updateTable('users')
    .set({ login_attempts: sql<number>`greatest(login_attempts - 1, 0)`, locked_until: null })
    .where('organization_id', '=', organization_id)
    .where('id', '=', id)
    .execute();
}

interface LockedPerson {
  id: string;
  organization_id: string;
  email: string;
  locked_until: Date;
}

async function lockedPerson({ db, clock }: Deps, email: string): Promise<LockedPerson | undefined> {
  const row = await db
    .selectFrom('users')
    .select(['id', 'organization_id', 'email', 'locked_until'])
    .where('email', '=', email)
    .where('locked_until', '>', clock())
    .executeTakeFirst();
  return row?.locked_until ? { ...row, locked_until: row.locked_until } : undefined;
}

/** An e-mail that nobody has locks in the same way, else the lock would tell who has an account. */
async function reserveUnknown(deps: Deps, email: string): Promise<void> {
  const locked = await unknownLockedUntil(deps, email).catch((error: unknown) => {
    // Without the cache an unknown e-mail is merely never locked; it still takes the time of a hash.
    if (error instanceof AppError && error.code === 'unavailable') return undefined;
    throw error;
  });
  if (locked) throw lockedError(locked, deps.clock());
}

/** As many attempts in as long a time as an account has, in whole tokens: five a minute, each costs a minute's fifteen. */
const UNKNOWN_COST = LOCK_MS / 60_000;
const UNKNOWN_BUCKET = { capacity: ALLOWED * UNKNOWN_COST, refillPerMinute: ALLOWED, cost: UNKNOWN_COST };

async function unknownLockedUntil({ cache, clock }: Deps, email: string): Promise<Date | undefined> {
  const key = `login-unknown:${hashToken(email)}`;
  const lockEndMs = clock().getTime() + LOCK_MS;
  const until = await cache.get(`${key}:locked`);
  if (until !== undefined) return new Date(Number(until));
  const { allowed, remaining } = await cache.take(key, UNKNOWN_BUCKET);
  if (remaining < UNKNOWN_COST) await cache.set(`${key}:locked`, String(lockEndMs), LOCK_MS);
  return allowed ? undefined : new Date(lockEndMs);
}

function auditLocked(deps: Deps, { id, organization_id, email }: LockedPerson): void {
  deps.auditFailure({
    organizationId: organization_id,
    subject: id,
    label: email,
    kind: 'person',
    action: 'login.locked',
    reason: 'locked',
  });
}

function lockedError(until: Date, now: Date): AppError {
  const seconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
  return new AppError(
    'rate_limited',
    `Too many wrong passwords for this account: it is locked for another ${Math.ceil(seconds / 60)} min.`,
    {
      details: { retry_after_seconds: seconds },
      suggestion: 'Wait until then, or ask the operator for a sign-in link.',
    },
  );
}
