import { lastToken } from './subject.ts';
import type { Incoming, Transport } from './transport.ts';

/** Where answers arrive: one subscription for a whole connection, an address for everybody who waits. */
export interface Inbox {
  /** Resolves when answers can arrive. */
  readonly ready: Promise<void>;
  open(receive: (message: Incoming) => void): Mailbox;
}

export interface Mailbox {
  /** Tells this mailbox from all others, those of other connections too. */
  readonly id: string;
  readonly address: string;
  close(): void;
}

export function createInbox(transport: Transport): Inbox {
  const waiting = new Map<string, (message: Incoming) => void>();
  const connection = lastToken(transport.inbox);
  let opened = 0;
  // What comes for somebody who has left is dropped: they have their answer, or no longer want it.
  const listening = transport.listen(`${transport.inbox}.*`, undefined, (message) =>
    waiting.get(lastToken(message.subject))?.(message),
  );
  return {
    ready: listening.then(() => undefined),
    open(receive) {
      const id = `${connection}-${(opened++).toString(36)}`;
      waiting.set(id, receive);
      return { id, address: `${transport.inbox}.${id}`, close: () => void waiting.delete(id) };
    },
  };
}
