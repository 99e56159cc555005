import { appendAudit } from '@devmesh/audit';
import { AppError } from '@devmesh/contracts';
import { inTransaction, type Transaction } from '@devmesh/store';
import { hashToken, newToken } from '@devmesh/vault';
import { z } from 'zod';
import { type OpenedBrowserSession, startBrowserSession } from './browser-session.ts';
import type { Deps } from './deps.ts';
import { parseInput } from './input.ts';
import type { SignInOptions } from './login.ts';
import { Password } from './passwords.ts';
import { endSessions } from './sessions.ts';
import { type UserView, userView } from './views.ts';

const LINK_MS = 15 * 60_000;

/** What the page behind a sign-in link sends. */
export const UseSignInLink = z.strictObject({ token: z.string().min(1).max(200), password: Password });
export type UseSignInLink = z.infer<typeof UseSignInLink>;

export interface SignInLink {
  /** For the address: shown once, used once. */
  token: string;
  expiresAt: Date;
}

/** Makes a link with which a person sets their password; older unused ones of theirs end. For the operator, not for a route. */
export async function createSignInLink(deps: Deps, organizationId: string, userId: string): Promise<SignInLink> {
  const now = deps.clock();
  const link: SignInLink = { token: newToken('devmesh_sl_'), expiresAt: new Date(now.getTime() + LINK_MS) };
  await inTransaction(deps.db, async (tx) => {
    const user = await tx
      .selectFrom('users')
      .select(['id', 'email'])
      .where('organization_id', '=', organizationId)
      .where('id', '=', userId)
      .executeTakeFirst();
    if (!user) throw new AppError('not_found', 'There is no such person in this organisation.');
    await tx
      .deleteFrom('sign_in_links')
      .where('organization_id', '=', organizationId)
      .where('user_id', '=', userId)
      .where('used_at', 'is', null)
      .execute();
    await tx
      .insertInto('sign_in_links')
      .values({
        token_hash: hashToken(link.token),
        organization_id: organizationId,
        user_id: userId,
        created_at: now,
        expires_at: link.expiresAt,
      })
      .execute();
    await appendAudit(tx, {
      organizationId,
      at: now,
      actor: { id: 'system', label: 'operator', kind: 'system' },
      action: 'sign_in_link.created',
      outcome: 'ok',
      target: userId,
      details: { email: user.email, expires_at: link.expiresAt.toISOString() },
    });
  });
  return link;
}

/** Whose link this is, for the page that asks for the password; undefined when it is used, old or unknown. */
export async function findSignInLink({ db, clock }: Deps, token: string): Promise<UserView | undefined> {
  const row = await db
    .selectFrom('sign_in_links as l')
    .innerJoin('users as u', 'u.id', 'l.user_id')
    .select(['u.id', 'u.email', 'u.name', 'u.role', 'u.email_verified'])
    .where('l.token_hash', '=', hashToken(token))
    .where('l.used_at', 'is', null)
    .where('l.expires_at', '>', clock())
    .executeTakeFirst();
  return row && userView(row);
}

/**
 * Sets the password, ends every older session of that person, lifts a lock and signs them in.
 * A password that breaks the rule does not use the link up. `unauthenticated` for a link that is used, old or unknown.
 */
export async function useSignInLink(
  deps: Deps,
  input: unknown,
  options: SignInOptions = {},
): Promise<OpenedBrowserSession> {
  const { token, password } = parseInput(UseSignInLink, input);
  // Asked before hashing, so that nobody makes us hash with links out of the air.
  if (!(await findSignInLink(deps, token))) throw linkRefused();
  const passwordHash = await deps.passwords.hash(password);
  const opened = await inTransaction(deps.db, async (tx) => {
    const person = await useUp(deps, tx, token, passwordHash);
    await endSessions(deps, tx, person.organization_id, { userId: person.id }, 'password_set');
    return startBrowserSession(deps, tx, person, 'sign_in_link.used', options);
  });
  await deps.publishChanges();
  return opened;
}

async function useUp({ clock }: Deps, tx: Transaction, token: string, passwordHash: string) {
  const now = clock();
  const link = await tx
    .updateTable('sign_in_links')
    .set({ used_at: now })
    .where('token_hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning(['organization_id', 'user_id'])
    .executeTakeFirst();
  if (!link) throw linkRefused();
  return tx
    .updateTable('users as u')
    .from('organizations as o')
    .set({ password_hash: passwordHash, login_attempts: 0, login_attempted_at: null, locked_until: null })
    .whereRef('o.id', '=', 'u.organization_id')
    .where('u.organization_id', '=', link.organization_id)
    .where('u.id', '=', link.user_id)
    .where('u.disabled_at', 'is', null)
    .returning(['u.id', 'u.organization_id', 'u.email', 'u.role', 'o.slug'])
    .executeTakeFirstOrThrow(linkRefused);
}

function linkRefused(): AppError {
  return new AppError('unauthenticated', 'This sign-in link has been used, is too old, or never existed.', {
    suggestion: 'Start DevMesh again: it prints a new link until a password is set. Later: POST /api/v1/auth/login.',
  });
}
