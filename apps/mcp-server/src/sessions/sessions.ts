import type { Stop } from '@devmesh/bus';
import type { Principal } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import type { AuthInfo, EventStore, McpServer } from '@modelcontextprotocol/server';
import { introduce } from './introduce.ts';
import type { Opening, SessionIds } from './session-id.ts';
import { digestOf, type SessionMail } from './session-mail.ts';
import { createSession, type Session } from './session.ts';

/** Beyond these a session that nothing runs in is forgotten: its id brings it back. */
const MAX_HELD = 2_000;
const IDLE_MS = 10 * 60_000;
const SWEEP_MS = 30_000;
const MAX_ENDED = 10_000;

export interface SessionsParts {
  ids: SessionIds;
  mail: SessionMail;
  logger: Logger;
  makeServer(): McpServer;
  authInfoFor(principal: Principal): AuthInfo;
  eventStore?: (() => EventStore) | undefined;
}

/** The sessions of clients from before 2026-07-28, as far as this replica has met them. */
export function createSessions(parts: SessionsParts) {
  const { ids, mail, logger } = parts;
  const held = new Map<string, Promise<Session>>();
  const byDigest = new Map<string, Session>();
  const ended = new Set<string>();

  function hold(id: string, made: Promise<Session>): Promise<Session> {
    held.set(id, made);
    made.then(
      (session) => byDigest.set(digestOf(id), session),
      () => held.delete(id),
    );
    return made;
  }

  function make(id: string, principal: Principal, opening: Opening): Promise<Session> {
    const server = parts.makeServer();
    return createSession({ id, principal, opening, replica: mail.replica, server, eventStore: parts.eventStore?.() });
  }

  /** A session for a client that is about to say `initialize`. */
  async function begin(principal: Principal, opening: Opening): Promise<Session> {
    const id = await ids.seal(principal, opening);
    return hold(id, make(id, principal, opening));
  }

  /** The session of this id, taken up from it where this replica does not hold it; undefined for one that is not the principal's. */
  async function find(id: string, principal: Principal): Promise<Session | undefined> {
    const known = await held.get(id);
    if (known !== undefined) {
      known.lastUsed = performance.now();
      return isOf(known, principal) ? known : undefined;
    }
    const opening = await ids.open(id, principal);
    if (opening === undefined || ended.has(digestOf(id))) return undefined;
    return held.get(id) ?? hold(id, adopt(id, principal, opening));
  }

  async function adopt(id: string, principal: Principal, opening: Opening): Promise<Session> {
    const session = await make(id, principal, opening);
    await introduce(session, parts.authInfoFor(principal));
    return session;
  }

  function forget(session: Session): void {
    held.delete(session.id);
    byDigest.delete(digestOf(session.id));
    void session.close().catch((error: unknown) => {
      logger.debug('a session could not be closed', { error });
    });
  }

  function remember(digest: string): void {
    ended.add(digest);
    if (ended.size > MAX_ENDED) ended.delete([...ended][0] ?? digest);
  }

  /** The client ended it: from now on its id is unknown, here and at the other replicas. */
  function end(session: Session): void {
    const digest = digestOf(session.id);
    remember(digest);
    forget(session);
    mail.tellEnded(digest);
  }

  function sweep(): void {
    const idle = [...byDigest.values()].filter((session) => !session.busy()).sort((a, b) => a.lastUsed - b.lastUsed);
    const tooMany = Math.max(0, byDigest.size - MAX_HELD);
    const oldest = performance.now() - IDLE_MS;
    for (const [index, session] of idle.entries()) if (index < tooMany || session.lastUsed < oldest) forget(session);
  }

  async function start(): Promise<Stop> {
    const stopMail = await mail.open({
      message: (digest, message) => {
        const session = byDigest.get(digest);
        session?.deliver(message, parts.authInfoFor(session.principal));
      },
      ended: (digest) => {
        remember(digest);
        const session = byDigest.get(digest);
        if (session) forget(session);
      },
    });
    const timer = setInterval(sweep, SWEEP_MS);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await stopMail();
      await Promise.all([...byDigest.values()].map((session) => session.close()));
    };
  }

  return {
    start,
    begin,
    find,
    forget,
    end,
    sweep,
    all: (): Iterable<Session> => byDigest.values(),
  };
}
export type Sessions = ReturnType<typeof createSessions>;

function isOf({ principal }: Session, other: Principal): boolean {
  return principal.organizationId === other.organizationId && principal.id === other.id;
}
