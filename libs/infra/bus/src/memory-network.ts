import { AsyncLocalStorage } from 'node:async_hooks';
import { NO_BODY } from './body.ts';
import { matches } from './subject.ts';
import type { Incoming, Outgoing } from './transport.ts';

/** A NATS server in small, inside one process: it sees only bytes, and delivers them later, in order. */
export interface MemoryNetwork {
  send(message: Outgoing): void;
  /** From now on; gives the way to end it. */
  listen(subject: string, queue: string | undefined, receive: (message: Incoming) => void): () => void;
}

interface Listener {
  pattern: readonly string[];
  /** Of those with the same one only one gets a message. */
  group: string | undefined;
  receive(message: Incoming): void;
}

export function createMemoryNetwork(): MemoryNetwork {
  const listeners = new Set<Listener>();
  let sent: Outgoing[] = [];
  // A message brings its headers and nothing else: not the sender's log fields, which a network would not carry either.
  const outside = AsyncLocalStorage.snapshot();

  function send(message: Outgoing): void {
    sent.push(message);
    if (sent.length === 1) outside(setImmediate, deliverAll);
  }

  function deliverAll(): void {
    const batch = sent;
    sent = [];
    for (const message of batch) deliver(message);
  }

  function deliver(message: Outgoing): void {
    const receivers = choose(listeners, message.subject.split('.'));
    for (const { receive } of receivers) receive(incoming(message));
    if (receivers.length === 0 && message.reply !== undefined) sendNobody(message.reply);
  }

  function sendNobody(subject: string): void {
    const tokens = subject.split('.');
    for (const { receive } of choose(listeners, tokens))
      receive({ ...incoming({ subject, body: NO_BODY }), nobody: true });
  }

  return {
    send,
    listen(subject, queue, receive) {
      const group = queue === undefined ? undefined : `${queue} ${subject}`;
      const listener = { pattern: subject.split('.'), group, receive };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Everybody without a group, and one of each group. */
function choose(listeners: Iterable<Listener>, tokens: readonly string[]): Listener[] {
  const chosen: Listener[] = [];
  const groups = new Map<string, Listener[]>();
  for (const listener of listeners) {
    if (!matches(listener.pattern, tokens)) continue;
    if (listener.group === undefined) chosen.push(listener);
    else groups.set(listener.group, [...(groups.get(listener.group) ?? []), listener]);
  }
  for (const members of groups.values()) {
    const one = members[Math.floor(Math.random() * members.length)];
    if (one !== undefined) chosen.push(one);
  }
  return chosen;
}

function incoming({ subject, body, reply, headers }: Outgoing): Incoming {
  return { subject, body, reply, nobody: false, header: (name) => headers?.[name] };
}
