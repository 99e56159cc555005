import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import { isJSONRPCErrorResponse, isJSONRPCRequest, isJSONRPCResultResponse } from '@modelcontextprotocol/server';

/**
 * What the server asks its client carries the replica's name in its id: two replicas that serve one session would both
 * ask with id 0, and an answer that arrives at the wrong one could not be sent on.
 */
export function named(message: JSONRPCMessage, replica: string): JSONRPCMessage {
  return isJSONRPCRequest(message) ? { ...message, id: `${replica}:${String(message.id)}` } : message;
}

/** The other way round, for an answer to this replica's own question; everything else as it is. */
export function unnamed(message: JSONRPCMessage, replica: string): JSONRPCMessage {
  if (!isAnswer(message) || askerOf(message) !== replica) return message;
  return { ...message, id: Number(String(message.id).slice(replica.length + 1)) };
}

export function isAnswer(message: unknown): message is JSONRPCMessage & { id: RequestId } {
  return isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
}

/** The replica that asked what this message answers. */
export function askerOf(message: unknown): string | undefined {
  if (!isAnswer(message) || typeof message.id !== 'string') return undefined;
  const end = message.id.indexOf(':');
  return end === -1 ? undefined : message.id.slice(0, end);
}
