import type { Principal } from '@devmesh/contracts';
import { inTransaction, type Transaction } from '@devmesh/store';
import { hashToken, newToken } from '@devmesh/vault';
import type { Authenticator } from './authenticate.ts';
import { checkPassword } from './check-password.ts';
import type { Deps } from './deps.ts';
import { parseInput } from './input.ts';
import { personPrincipal } from './load-principal.ts';
import { Login, signIn, type SignInOptions } from './login.ts';
import { logout } from './logout.ts';
import type { Candidate } from './login-attempt.ts';
import { readSessionCookie, sessionCookie } from './session-cookie.ts';
import { BROWSER_SESSION_MS } from './sessions.ts';

export interface BrowserSession {
  principal: Principal;
  /** Goes into every form and `X-CSRF-Token`; bound to this session. */
  csrf: string;
}

export interface OpenedBrowserSession extends BrowserSession {
  /** A whole `Set-Cookie` line. */
  cookie: string;
}

/** Signs a person in with a cookie. Errors as for `login`. */
export async function openBrowserSession(
  deps: Deps,
  input: unknown,
  options: SignInOptions = {},
): Promise<OpenedBrowserSession> {
  const person = await checkPassword(deps, parseInput(Login, input));
  return inTransaction(deps.db, (tx) => startBrowserSession(deps, tx, person, 'login.succeeded', options));
}

/** Makes the session and its cookie for somebody who has shown who they are. */
export async function startBrowserSession(
  deps: Deps,
  tx: Transaction,
  person: Omit<Candidate, 'password_hash'>,
  how: 'login.succeeded' | 'sign_in_link.used',
  { userAgent }: SignInOptions,
): Promise<OpenedBrowserSession> {
  const value = newToken('devmesh_bs_');
  const sessionId = await signIn(deps, tx, person, { kind: 'browser', cookieHash: hashToken(value), userAgent }, how);
  return {
    cookie: sessionCookie(value, { secure: deps.secureCookies, maxAgeMs: BROWSER_SESSION_MS }),
    csrf: csrfOf(deps, sessionId),
    principal: { ...personPrincipal({ ...person, user_id: person.id }), sessionId },
  };
}

/** Takes a `Cookie` header; undefined when it carries no live session. */
export async function sessionFromCookie(
  deps: Deps,
  authenticator: Authenticator,
  header: string | undefined,
): Promise<BrowserSession | undefined> {
  const value = readSessionCookie(header);
  const principal = value === undefined ? undefined : await authenticator.authenticateCookie(value);
  if (principal?.sessionId === undefined) return undefined;
  return { principal, csrf: csrfOf(deps, principal.sessionId) };
}

/** Ends the session; gives the `Set-Cookie` line that removes the cookie. */
export async function closeBrowserSession(deps: Deps, principal: Principal): Promise<{ cookie: string }> {
  await logout(deps, principal);
  return { cookie: sessionCookie('', { secure: deps.secureCookies, maxAgeMs: 0 }) };
}

function csrfOf({ vault }: Deps, sessionId: string): string {
  return vault.mac('csrf', sessionId);
}
