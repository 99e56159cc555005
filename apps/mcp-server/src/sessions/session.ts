import { AppError, type Principal } from '@devmesh/contracts';
import {
  WebStandardStreamableHTTPServerTransport,
  type AuthInfo,
  type EventStore,
  type JSONRPCMessage,
  type McpServer,
} from '@modelcontextprotocol/server';
import { isRequest } from './request-ids.ts';
import { sessionTransport } from './session-transport.ts';
import type { Opening } from './session-id.ts';

/** One client's session, as this replica holds it. */
export interface Session {
  id: string;
  principal: Principal;
  opening: Opening;
  server: McpServer;
  lastUsed: number;
  /** Whether anything would be lost if this replica forgot the session now. */
  busy(): boolean;
  runs(requestId: unknown): boolean;
  /** Answers one HTTP request. @throws invalid_input for messages that its protocol revision does not know. */
  handle(request: Request, body: unknown, authInfo: AuthInfo): Promise<Response>;
  /** Hands in a message that reached another replica. */
  deliver(message: JSONRPCMessage, authInfo: AuthInfo): void;
  closeStream(): void;
  close(): Promise<void>;
}

export interface SessionOptions {
  id: string;
  principal: Principal;
  opening: Opening;
  replica: string;
  server: McpServer;
  /** Kept events, so that a client can come back to a stream: only where a server wants it. */
  eventStore?: EventStore | undefined;
}

const RETRY_MS = 1_000;
/** The first revision without JSON-RPC batches. */
const NO_BATCHES_SINCE = '2025-06-18';

export async function createSession({
  id,
  principal,
  opening,
  replica,
  server,
  eventStore,
}: SessionOptions): Promise<Session> {
  const kept = eventStore === undefined ? {} : { eventStore, retryInterval: RETRY_MS };
  const inner = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id, ...kept });
  const transport = sessionTransport(inner, replica);
  let streams = 0;
  await server.connect(transport);

  async function handle(request: Request, body: unknown, authInfo: AuthInfo): Promise<Response> {
    assertMessages(body);
    const response = await inner.handleRequest(request, { ...(body !== undefined && { parsedBody: body }), authInfo });
    if (request.method !== 'GET' || response.status !== 200) return response;
    streams++;
    request.signal.addEventListener('abort', () => streams--, { once: true });
    return response;
  }

  function assertMessages(body: unknown): void {
    if (Array.isArray(body) && opening.protocolVersion >= NO_BATCHES_SINCE) throw noBatches(opening.protocolVersion);
    const messages: unknown[] = Array.isArray(body) ? body : [body];
    const requests = messages.filter(isRequest).map((message) => message.id);
    // The answer would go to whichever request came last.
    const twice = requests.some(
      (requestId, index) => transport.inFlight.has(requestId) || requests.indexOf(requestId) !== index,
    );
    if (twice)
      throw new AppError('invalid_input', 'A request with this id is still running in this session.', {
        suggestion: 'Give every request an id of its own.',
      });
  }

  return {
    id,
    principal,
    opening,
    server,
    lastUsed: performance.now(),
    busy: () => streams > 0 || transport.inFlight.size > 0,
    runs: (requestId) => transport.inFlight.has(requestId as string),
    handle,
    deliver: (message, authInfo) => inner.onmessage?.(message, { authInfo }),
    closeStream: () => {
      inner.closeStandaloneSSEStream();
    },
    close: () => server.close(),
  };
}

function noBatches(version: string): AppError {
  return new AppError('invalid_input', `Protocol revision ${version} has no JSON-RPC batches.`, {
    suggestion: 'Send one message per request.',
  });
}
