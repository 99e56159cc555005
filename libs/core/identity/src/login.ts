import { appendAudit } from '@devmesh/audit';
import { inTransaction, type Transaction } from '@devmesh/store';
import { z } from 'zod';
import { checkPassword } from './check-password.ts';
import type { Deps } from './deps.ts';
import { parseInput } from './input.ts';
import { issueTokens, type SignedIn } from './issue-tokens.ts';
import type { Candidate } from './login-attempt.ts';
import { insertSession, type NewSession, removeOldSessions } from './sessions.ts';

/** `POST /api/v1/auth/login`. */
export const Login = z.strictObject({ email: z.string().min(1).max(320), password: z.string().min(1).max(200) });
export type Login = z.infer<typeof Login>;

/** Who is signing in from where; the browser's or client's own words, kept for the person to recognise the session. */
export interface SignInOptions {
  userAgent?: string | undefined;
}

/** Signs a person in for a client that keeps tokens. `unauthenticated`, or `rate_limited` while the account is locked. */
export async function login(deps: Deps, input: unknown, options: SignInOptions = {}): Promise<SignedIn> {
  const person = await checkPassword(deps, parseInput(Login, input));
  return inTransaction(deps.db, async (tx) => {
    const sessionId = await signIn(deps, tx, person, { kind: 'token', userAgent: options.userAgent });
    return issueTokens(deps, tx, person.organization_id, sessionId);
  });
}

/** Writes the session and the audit line of a right password. */
export async function signIn(
  deps: Deps,
  tx: Transaction,
  person: Pick<Candidate, 'id' | 'organization_id' | 'email'>,
  session: Omit<NewSession, 'userId'>,
  how: 'login.succeeded' | 'sign_in_link.used' = 'login.succeeded',
): Promise<string> {
  await removeOldSessions(deps, tx, person.organization_id, person.id);
  const sessionId = await insertSession(deps, tx, person.organization_id, { ...session, userId: person.id });
  await appendAudit(tx, {
    organizationId: person.organization_id,
    at: deps.clock(),
    actor: { id: `user:${person.id}`, label: person.email, kind: 'person' },
    action: how,
    outcome: 'ok',
    target: sessionId,
    details: { session: session.kind },
  });
  return sessionId;
}
