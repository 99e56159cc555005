import { AppError, type Principal } from '@devmesh/contracts';
import { hashToken } from '@devmesh/vault';
import { ACCESS_TOKEN } from './access-token.ts';
import type { ChangeWatch } from './change-watch.ts';
import type { Deps } from './deps.ts';
import { loadKey, loadSession } from './load-principal.ts';
import type { Loaded, PrincipalCache, Refused } from './principal-cache.ts';
import type { UsageRecorder } from './usage.ts';

const KEY = /^devmesh_[A-Za-z0-9_-]{40,120}$/;
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const LONGEST_JWT = 4_096;
const UNKNOWN: Refused = { state: 'refused', reason: 'unknown' };

type Kind = 'key' | 'session' | 'cookie';

export interface Authenticator {
  /** A key or an access token. */
  authenticate(credential: string): Promise<Principal>;
  /** The value of the session cookie; undefined when it is worth nothing. */
  authenticateCookie(value: string): Promise<Principal | undefined>;
}

interface Parts {
  cache: PrincipalCache;
  watch: ChangeWatch;
  usage: UsageRecorder;
}

/** Tells who a credential belongs to; from memory wherever it can. */
export function createAuthenticator(deps: Deps, { cache, watch, usage }: Parts): Authenticator {
  const outcomes = deps.metrics.counter({
    name: 'identity_authentications_total',
    help: 'Credentials checked, by kind and outcome.',
    labels: ['kind', 'outcome'],
  });

  async function check(kind: Kind, ref: string, load: () => Promise<Loaded>): Promise<Loaded> {
    watch.assertReadable();
    return noted(kind, expireOnTime(await cache.find(ref, load), deps.clock()));
  }

  function noted(kind: Kind, loaded: Loaded): Loaded {
    outcomes.inc({ kind, outcome: loaded.state === 'held' ? 'ok' : loaded.reason });
    if (loaded.state === 'refused') auditRefusal(deps, loaded);
    return loaded;
  }

  async function byKey(credential: string): Promise<Loaded> {
    if (!KEY.test(credential)) return noted('key', UNKNOWN);
    const keyHash = hashToken(credential);
    return check('key', `key:${keyHash}`, () => loadKey(deps.db, { keyHash }, deps.clock()));
  }

  async function byToken(credential: string): Promise<Loaded> {
    const hasShape = credential.length <= LONGEST_JWT && JWT.test(credential);
    const claims = hasShape ? await deps.vault.verify(ACCESS_TOKEN, credential) : undefined;
    const sessionId = claims?.['sid'];
    if (typeof sessionId !== 'string') return noted('session', UNKNOWN);
    return check('session', `session:${sessionId}`, () => loadSession(deps.db, { sessionId }, deps.clock()));
  }

  return {
    async authenticate(credential) {
      const isKey = credential.startsWith('devmesh_');
      const loaded = isKey ? await byKey(credential) : await byToken(credential);
      if (loaded.state === 'refused') throw isKey ? keyRefused(loaded) : tokenRefused();
      if (loaded.principal.keyId !== undefined) usage.used(loaded.principal.keyId);
      return loaded.principal;
    },
    async authenticateCookie(value) {
      const cookieHash = hashToken(value);
      const loaded = await check('cookie', `cookie:${cookieHash}`, () =>
        loadSession(deps.db, { cookieHash }, deps.clock()),
      );
      return loaded.state === 'held' ? loaded.principal : undefined;
    },
  };
}

/** A remembered principal runs out by the clock, not by a change. */
function expireOnTime(loaded: Loaded, now: Date): Loaded {
  if (loaded.state === 'refused' || loaded.expiresAtMs > now.getTime()) return loaded;
  const { organizationId, keyId, sessionId, label } = loaded.principal;
  const id = keyId ?? sessionId;
  return { state: 'refused', reason: 'expired', organizationId, label, ...(id !== undefined && { id }) };
}

function auditRefusal(deps: Deps, { organizationId, id, label, reason }: Refused): void {
  // Credentials that never existed share one subject: a flood of invented keys is one line a minute.
  const subject = id ?? 'unknown';
  const kind = subject.startsWith('ses_') ? 'person' : 'key';
  deps.auditFailure({ organizationId, subject, label: label ?? subject, kind, action: 'auth.failed', reason });
}

function keyRefused({ reason }: Refused): AppError {
  const messages: Record<Refused['reason'], string> = {
    unknown: 'This API key is not known here.',
    revoked: 'This API key has been revoked.',
    expired: 'This API key has expired.',
    user_disabled: 'The person whose key this is has been deactivated.',
  };
  return new AppError('unauthenticated', messages[reason], {
    suggestion:
      'Send a valid key as `Authorization: Bearer devmesh_…`; make one with `devmesh key create` or POST /api/v1/api-keys.',
  });
}

function tokenRefused(): AppError {
  return new AppError('unauthenticated', 'This access token is not valid, or no longer.', {
    suggestion: 'Take a new one with POST /api/v1/auth/refresh or POST /api/v1/auth/login, or send an API key.',
  });
}
