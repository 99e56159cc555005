import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

/** The events of one session, for clients that come back to a stream. */
export function createEventStore(): EventStore {
  const events: { id: string; stream: string; message: JSONRPCMessage }[] = [];
  return {
    storeEvent(stream, message) {
      const id = `${stream}/${String(events.length)}`;
      events.push({ id, stream, message });
      return Promise.resolve(id);
    },
    async replayEventsAfter(lastEventId, { send }) {
      const from = events.findIndex(({ id }) => id === lastEventId);
      const stream = lastEventId.slice(0, lastEventId.lastIndexOf('/'));
      const missed = events.slice(from + 1).filter((event) => event.stream === stream && 'jsonrpc' in event.message);
      for (const { id, message } of missed) await send(id, message);
      return stream;
    },
  };
}
