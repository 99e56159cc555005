import type { Stop } from '@devmesh/bus';
import { type Principal, subjects } from '@devmesh/contracts';
import { createAuthenticator } from './authenticate.ts';
import * as browser from './browser-session.ts';
import { createChangeWatch } from './change-watch.ts';
import type { Change } from './changes.ts';
import type { Deps, IdentityOptions } from './deps.ts';
import { ensureOrganization, type EnsureOrganization, type Ensured } from './ensure-organization.ts';
import { createFailureAudit } from './failure-audit.ts';
import type { SignedIn } from './issue-tokens.ts';
import { createKey, type KeyPage, listKeys, revokeKey } from './keys.ts';
import { login, type SignInOptions } from './login.ts';
import { logout } from './logout.ts';
import * as organizations from './organizations.ts';
import { createPasswords } from './passwords.ts';
import { createPrincipalCache } from './principal-cache.ts';
import { refresh } from './refresh.ts';
import { type Registration, registerOrganization } from './register.ts';
import { createSignInLink, findSignInLink, type SignInLink, useSignInLink } from './sign-in-link.ts';
import { stillHolds } from './still-holds.ts';
import { createUsageRecorder } from './usage.ts';
import type { KeyView, OrganizationView, UserView } from './views.ts';

/**
 * Called with the id of a key or session that ended, or of a person whose rights changed; without one when it cannot be said
 * which (a database restored from a backup): any of them may have.
 */
export type RevocationListener = (id: string | undefined) => void;

/** Inputs typed `unknown` are parsed here: `invalid_input` names each bad field. */
export interface Identity {
  registerOrganization(input: unknown): Promise<Registration>;
  ensureOrganization(input: EnsureOrganization): Promise<Ensured>;
  organizationBySlug(slug: string): Promise<OrganizationView | undefined>;
  organizationById(organizationId: string): Promise<OrganizationView | undefined>;
  firstOrganization(): Promise<OrganizationView | undefined>;
  onlyOrganization(): Promise<OrganizationView | undefined>;
  ownerOf(organizationId: string): Promise<UserView & { has_password: boolean }>;
  login(input: unknown, options?: SignInOptions): Promise<SignedIn>;
  refresh(refreshToken: string): Promise<SignedIn>;
  logout(principal: Principal): Promise<void>;
  openBrowserSession(input: unknown, options?: SignInOptions): Promise<browser.OpenedBrowserSession>;
  sessionFromCookie(header: string | undefined): Promise<browser.BrowserSession | undefined>;
  closeBrowserSession(principal: Principal): Promise<{ cookie: string }>;
  createSignInLink(organizationId: string, userId: string): Promise<SignInLink>;
  findSignInLink(token: string): Promise<UserView | undefined>;
  useSignInLink(input: unknown, options?: SignInOptions): Promise<browser.OpenedBrowserSession>;
  authenticate(credential: string): Promise<Principal>;
  createKey(principal: Principal, input: unknown): Promise<{ apiKey: string; key: KeyView }>;
  listKeys(principal: Principal, page?: { cursor?: string | undefined; limit?: number | undefined }): Promise<KeyPage>;
  revokeKey(principal: Principal, keyId: string): Promise<KeyView>;
  stillHolds(principal: Principal): Promise<Principal>;
  onRevoked(listener: RevocationListener): () => void;
  /** Until then, and after `stop`, nothing is remembered: every authentication reads the database. */
  start(): Promise<void>;
  stop: Stop;
}

const POLL_MS = 500;
const HASHING = { atOnce: 2, waiting: 100 };
const MAX_RATE_LIMIT = { capacity: 10_000_000, refillPerMinute: 10_000_000 };

/** Wires the library. No work before `start`. */
export function createIdentity(options: IdentityOptions): Identity {
  const listeners = new Set<RevocationListener>();
  const cache = createPrincipalCache({ clock: options.clock, mayRemember: () => watch.watching() });
  const onChanges = (changes: readonly Change[] | undefined) => {
    cache.forget(changes);
    for (const { id } of changes ?? [{ id: undefined }]) for (const listener of listeners) listener(id);
  };
  const watch = createChangeWatch({ ...options, pollMs: options.pollMs ?? POLL_MS, onChanges });
  const usage = createUsageRecorder(options);

  /** The message is only a hint to look: what changed stands in the database. */
  async function publishChanges(): Promise<void> {
    options.bus.publish(subjects.identityChanged, {});
    if (watch.watching() && !(await watch.look())) cache.forget(undefined);
  }

  const deps: Deps = {
    openRegistration: 'open',
    secureCookies: false,
    maxRateLimit: MAX_RATE_LIMIT,
    pollMs: POLL_MS,
    hashing: HASHING,
    ...options,
    passwords: createPasswords(options.hashing ?? HASHING),
    auditFailure: createFailureAudit(options),
    publishChanges,
  };
  const authenticator = createAuthenticator(deps, { cache, watch, usage });

  return {
    registerOrganization: (input) => registerOrganization(deps, input),
    ensureOrganization: (input) => ensureOrganization(deps, input),
    organizationBySlug: (slug) => organizations.organizationBySlug(deps.db, slug),
    organizationById: (organizationId) => organizations.organizationById(deps.db, organizationId),
    firstOrganization: () => organizations.firstOrganization(deps.db),
    onlyOrganization: () => organizations.onlyOrganization(deps.db),
    ownerOf: (organizationId) => organizations.ownerOf(deps.db, organizationId),
    login: (input, signIn) => login(deps, input, signIn),
    refresh: (refreshToken) => refresh(deps, refreshToken),
    logout: (principal) => logout(deps, principal),
    openBrowserSession: (input, signIn) => browser.openBrowserSession(deps, input, signIn),
    sessionFromCookie: (header) => browser.sessionFromCookie(deps, authenticator, header),
    closeBrowserSession: (principal) => browser.closeBrowserSession(deps, principal),
    createSignInLink: (organizationId, userId) => createSignInLink(deps, organizationId, userId),
    findSignInLink: (token) => findSignInLink(deps, token),
    useSignInLink: (input, signIn) => useSignInLink(deps, input, signIn),
    authenticate: authenticator.authenticate,
    createKey: (principal, input) => createKey(deps, principal, input),
    listKeys: (principal, page) => listKeys(deps, principal, page),
    revokeKey: (principal, keyId) => revokeKey(deps, principal, keyId),
    stillHolds: (principal) => stillHolds(deps, principal),
    onRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async start() {
      await watch.start();
      usage.start();
    },
    async stop() {
      await watch.stop();
      await usage.stop();
    },
  };
}
