import { AppError } from '@devmesh/contracts';
import type { Principal } from '@devmesh/contracts';
import type { Request, Response } from 'express';
import { credentialOf, noCredential } from './credential.ts';
import type { Access } from './define-route.ts';
import type { DoorIdentity, DoorOptions, QuotaAnswer } from './door-options.ts';

export interface Admitted {
  principal: Principal;
  /** Given when the credential was a cookie: what an unsafe request must show as well. */
  csrf: string | undefined;
}

export interface Wanted {
  access: Exclude<Access, 'public'>;
  scope?: string | undefined;
}

/** Who is it, how often, may they at all; in this order, so that a refused request has cost its token too. */
export async function admit(
  request: Request,
  response: Response,
  wanted: Wanted,
  options: DoorOptions,
): Promise<Admitted> {
  const { identity, quota } = options;
  if (identity === undefined) throw noCredential();
  const admitted = await identify(request, identity).catch(async (error: unknown) => {
    // Whoever guesses pays by address: there is no key yet to count by.
    await admitAnonymous(request, response, options);
    throw error;
  });
  if (quota !== undefined) obeyQuota(response, await quota.takeRequest(admitted.principal));
  assertAllowed(admitted.principal, wanted, options);
  return admitted;
}

/** Public routes and refused credentials are counted by address, where the quota knows how. */
export async function admitAnonymous(request: Request, response: Response, { quota }: DoorOptions): Promise<void> {
  if (quota?.takeAnonymous !== undefined) obeyQuota(response, await quota.takeAnonymous(request.ip ?? 'unknown'));
}

async function identify(request: Request, identity: DoorIdentity): Promise<Admitted> {
  const credential = credentialOf(request);
  if (credential !== undefined) return { principal: await identity.authenticate(credential), csrf: undefined };
  const session =
    request.headers.cookie === undefined ? undefined : await identity.sessionFromCookie?.(request.headers.cookie);
  if (session === undefined) throw noCredential();
  return session;
}

function obeyQuota(response: Response, { allowed, headers, retryAfterSeconds }: QuotaAnswer): void {
  for (const name in headers) response.setHeader(name, headers[name] ?? '');
  if (allowed) return;
  const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
  throw new AppError('rate_limited', `Too many requests; the next one is possible in ${String(seconds)} s.`, {
    details: { retry_after_seconds: seconds },
    suggestion: `Wait ${String(seconds)} s (Retry-After), or ask for a key with a higher rate limit.`,
  });
}

function assertAllowed(principal: Principal, { access, scope }: Wanted, { identity, signInUrl }: DoorOptions): void {
  if (access === 'person' && principal.kind !== 'person') {
    const where = signInUrl === undefined ? '' : `at ${signInUrl} in a browser, or `;
    throw new AppError('forbidden', 'A person must do this in a session of their own; an API key cannot.', {
      details: { reason: 'person_required' },
      suggestion: `Sign in ${where}with POST /api/v1/auth/login, and do it there.`,
    });
  }
  if (scope !== undefined && identity?.coversScope(principal.scopes, scope) !== true) {
    throw new AppError('forbidden', `This needs the scope ${scope}.`, {
      details: { reason: 'scope', needed: scope, held: principal.scopes },
      suggestion: `Use a key with the scope ${scope}: \`devmesh key create --name <name> --scope ${scope}\`, or POST /api/v1/api-keys.`,
    });
  }
}
