import type { Vault } from '@devmesh/vault';
import { newId, type Principal } from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import { z } from 'zod';

const PURPOSE = 'mcp.session';
const LIVES_MS = 24 * 3600 * 1000;
/** Headers as a whole may have 16 KiB; a client that declares a novel gets a session that has forgotten its name. */
const MAX_DECLARED_BYTES = 4 * 1024;

/** What a client said when its session began, as far as a server needs to know it later. */
const Opening = z.object({
  protocolVersion: z.string(),
  capabilities: z.record(z.string(), z.unknown()),
  clientInfo: z.object({ name: z.string(), version: z.string() }),
});
export type Opening = z.infer<typeof Opening>;

const SealedSession = z.object({
  opening: Opening,
  organization: z.string(),
  principal: z.string(),
  expiresAt: z.number(),
  /** Two sessions of one client that begin in one millisecond are two. */
  nonce: z.string(),
});

/** What of a session's beginning is worth keeping. @returns undefined for params that the SDK will refuse. */
export function openingOf(params: unknown): Opening | undefined {
  const parsed = Opening.safeParse(params);
  if (!parsed.success) return undefined;
  const fits = Buffer.byteLength(JSON.stringify(parsed.data)) <= MAX_DECLARED_BYTES;
  const { protocolVersion, capabilities } = parsed.data;
  const modes = { ...('elicitation' in capabilities && { elicitation: capabilities['elicitation'] }) };
  return fits
    ? parsed.data
    : {
        protocolVersion: protocolVersion.slice(0, 20),
        capabilities: modes,
        clientInfo: { name: 'unknown', version: '0' },
      };
}

/**
 * Session ids that carry their session: any replica, and this one after a restart, can take a session up by its id alone.
 * An id opens nothing by itself: every request is authenticated, and the session belongs to the principal it was made for.
 */
export function createSessionIds(
  { vault, clock }: { vault: Pick<Vault, 'seal' | 'open'>; clock: Clock },
  endpoint: string,
) {
  return {
    async seal(principal: Principal, opening: Opening): Promise<string> {
      const expiresAt = clock().getTime() + LIVES_MS;
      const session = {
        opening,
        organization: principal.organizationId,
        principal: principal.id,
        expiresAt,
        nonce: newId('mcps', clock()),
      };
      return vault.seal(PURPOSE, endpoint, JSON.stringify(session));
    },
    /** Undefined for everything that is not a living session of this principal on this endpoint. */
    async open(id: string, principal: Principal): Promise<Opening | undefined> {
      const session = await read(id);
      if (session === undefined || session.expiresAt < clock().getTime()) return undefined;
      return session.organization === principal.organizationId && session.principal === principal.id
        ? session.opening
        : undefined;
    },
  };

  async function read(id: string): Promise<z.infer<typeof SealedSession> | undefined> {
    try {
      const plain = await vault.open(PURPOSE, endpoint, id);
      return SealedSession.parse(JSON.parse(Buffer.from(plain).toString('utf8')));
    } catch {
      // Forged, sealed under another key, or no session id at all: one answer for all of them.
      return undefined;
    }
  }
}
export type SessionIds = ReturnType<typeof createSessionIds>;
