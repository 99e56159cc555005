import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';

// Told apart by their members alone: the SDK checks each message as a whole, and its predicates do so every time.

export function isRequest(message: unknown): message is JSONRPCMessage & { id: RequestId; method: string } {
  return typeof message === 'object' && message !== null && 'method' in message && 'id' in message;
}

export function isAnswer(message: unknown): message is JSONRPCMessage & { id: RequestId } {
  return typeof message === 'object' && message !== null && 'id' in message && !('method' in message);
}

/** The request that the client no longer wants; undefined for every other message. */
export function cancelledBy(message: unknown): unknown {
  if (
    typeof message !== 'object' ||
    message === null ||
    !('method' in message) ||
    message.method !== 'notifications/cancelled'
  )
    return undefined;
  const { params } = message as { params?: { requestId?: unknown } };
  return params?.requestId;
}

/**
 * What the server asks its client carries the replica's name in its id: two replicas that serve one session would both
 * ask with id 0, and an answer that arrives at the wrong one could not be sent on.
 */
export function named(message: JSONRPCMessage, replica: string): JSONRPCMessage {
  return isRequest(message) ? { ...message, id: `${replica}:${String(message.id)}` } : message;
}

/** The other way round, for an answer to this replica's own question; everything else as it is. */
export function unnamed(message: JSONRPCMessage, replica: string): JSONRPCMessage {
  if (!isAnswer(message) || askerOf(message) !== replica) return message;
  return { ...message, id: Number(String(message.id).slice(replica.length + 1)) };
}

/** The replica that asked what this message answers. */
export function askerOf(message: unknown): string | undefined {
  if (!isAnswer(message) || typeof message.id !== 'string') return undefined;
  const end = message.id.indexOf(':');
  return end === -1 ? undefined : message.id.slice(0, end);
}
