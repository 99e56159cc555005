import { createHash } from 'node:crypto';
import type { Bus, Stop } from '@devmesh/bus';
import { newId } from '@devmesh/contracts';
import { JSONRPC_VERSION, type JSONRPCMessage } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** All replicas of this app hear it; it never leaves the doors. */
const SUBJECT = 'v1.mcp.session';

const Letter = z.object({
  from: z.string(),
  /** The one replica that it is for; absent for all others. */
  to: z.string().optional(),
  /** A digest: a session id stays between us and its client. */
  session: z.string(),
  ended: z.boolean().optional(),
  message: z.looseObject({ jsonrpc: z.literal(JSONRPC_VERSION) }).optional(),
});
type Letter = z.infer<typeof Letter>;

export interface Mailbox {
  /** A message of the client that reached another replica. */
  message(session: string, message: JSONRPCMessage): void;
  /** The client ended the session. */
  ended(session: string): void;
}

/** How replicas tell each other what reached the wrong one. Letters are few: answers, cancels and farewells. */
export function createSessionMail(bus: Pick<Bus, 'publish' | 'subscribe'>) {
  const replica = newId('door');
  const send = (letter: Omit<Letter, 'from'>) => {
    bus.publish(SUBJECT, { ...letter, from: replica });
  };
  return {
    replica,
    forward(session: string, message: JSONRPCMessage, to?: string): void {
      send({ session, message: { ...message }, ...(to !== undefined && { to }) });
    },
    tellEnded(session: string): void {
      send({ session, ended: true });
    },
    open(mailbox: Mailbox): Promise<Stop> {
      return bus.subscribe(SUBJECT, (payload) => {
        const letter = Letter.safeParse(payload);
        if (!letter.success) return;
        const { from, to = replica, session, ended, message } = letter.data;
        if (from === replica || to !== replica) return;
        if (ended === true) mailbox.ended(session);
        if (message !== undefined) mailbox.message(session, message as JSONRPCMessage);
      });
    },
  };
}
export type SessionMail = ReturnType<typeof createSessionMail>;

export function digestOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url');
}
