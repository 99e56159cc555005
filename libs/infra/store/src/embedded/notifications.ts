import type { EventEmitter } from 'node:events';

export interface Notification {
  channel: string;
  payload?: string;
}

/** Hands the one connection's notifications to the clients that said LISTEN. */
export interface NotificationHub {
  /** True where the connection itself has to LISTEN now. */
  listen(client: EventEmitter, channel: string): boolean;
  /** `*` for all. */
  unlisten(client: EventEmitter, channel: string): void;
  leave(client: EventEmitter): void;
  deliver(notification: Notification): void;
}

interface Subscription {
  channels: Set<string>;
  /** What came while the client had no handler, by content: it is handed over with the next handler. */
  missed: Map<string, Notification>;
}

const MISSED_MAX = 1_000;

export function createNotificationHub(): NotificationHub {
  const subscriptions = new Map<EventEmitter, Subscription>();
  const heard = new Set<string>();

  function subscriptionOf(client: EventEmitter): Subscription {
    const known = subscriptions.get(client);
    if (known !== undefined) return known;
    const subscription: Subscription = { channels: new Set(), missed: new Map() };
    subscriptions.set(client, subscription);
    // Closes the race of a worker that looks for a job, finds none, and only then starts to wait.
    client.on('newListener', (event) => {
      if (event === 'notification' && subscription.missed.size > 0) setImmediate(() => handOver(client, subscription));
    });
    return subscription;
  }

  function handOver(client: EventEmitter, { missed }: Subscription): void {
    const late = [...missed.values()];
    missed.clear();
    for (const notification of late) client.emit('notification', notification);
  }

  return {
    listen(client, channel) {
      subscriptionOf(client).channels.add(channel);
      // The connection goes on listening for ever: channels are few, and stopping would lose what comes in between.
      const isNew = !heard.has(channel);
      heard.add(channel);
      return isNew;
    },
    unlisten(client, channel) {
      if (channel === '*') subscriptions.get(client)?.channels.clear();
      else subscriptions.get(client)?.channels.delete(channel);
    },
    leave: (client) => void subscriptions.delete(client),
    deliver(notification) {
      for (const [client, { channels, missed }] of subscriptions) {
        if (!channels.has(notification.channel)) continue;
        if (client.listenerCount('notification') > 0) client.emit('notification', notification);
        else if (missed.size < MISSED_MAX)
          missed.set(`${notification.channel}\0${notification.payload ?? ''}`, notification);
      }
    },
  };
}
