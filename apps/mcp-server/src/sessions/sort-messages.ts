import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { askerOf, cancelledBy } from './request-ids.ts';
import { digestOf, type SessionMail } from './session-mail.ts';
import type { Session } from './session.ts';

export interface Sorted {
  /** What is left for this replica, in the form that it came in. */
  here: unknown;
  /** Whether nothing is left. */
  elsewhere: boolean;
}

/** Sends on what a client posted here but belongs to the replica where its call runs. */
export function sortMessages(session: Session, body: unknown, mail: SessionMail): Sorted {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  const here = messages.filter((message) => !sendOn(session, message, mail));
  if (here.length === messages.length) return { here: body, elsewhere: false };
  return { here: Array.isArray(body) ? here : here[0], elsewhere: here.length === 0 };
}

function sendOn(session: Session, message: unknown, mail: SessionMail): boolean {
  const asker = askerOf(message);
  if (asker !== undefined && asker !== mail.replica) {
    mail.forward(digestOf(session.id), message as JSONRPCMessage, asker);
    return true;
  }
  const cancelled = cancelledBy(message);
  if (cancelled === undefined || session.runs(cancelled)) return false;
  mail.forward(digestOf(session.id), message as JSONRPCMessage);
  return true;
}
