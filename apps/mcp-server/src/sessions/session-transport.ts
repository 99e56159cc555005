import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type MessageExtraInfo,
  type RequestId,
  type Transport,
  type WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { named, unnamed } from './request-ids.ts';

export interface SessionTransport extends Transport {
  /** Requests of the client that have no answer yet. */
  inFlight: ReadonlySet<RequestId>;
}

/** The SDK's transport, with ids that hold over replicas and an account of what is in flight. */
export function sessionTransport(inner: WebStandardStreamableHTTPServerTransport, replica: string): SessionTransport {
  const inFlight = new Set<RequestId>();

  // Nobody answers a request that was cancelled, so its stream would stay open until the session ends.
  function cancelled(requestId: unknown): void {
    if (!inFlight.delete(requestId as RequestId)) return;
    setImmediate(() => {
      inner.closeSSEStream(requestId as RequestId);
    });
  }

  const transport: SessionTransport = {
    inFlight,
    get sessionId() {
      return inner.sessionId;
    },
    async start() {
      inner.onclose = () => transport.onclose?.();
      inner.onerror = (error) => transport.onerror?.(error);
      inner.onmessage = (message, extra?: MessageExtraInfo) => {
        if (isJSONRPCRequest(message)) inFlight.add(message.id);
        transport.onmessage?.(unnamed(message, replica), extra);
        if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled')
          cancelled(message.params?.['requestId']);
      };
      await inner.start();
    },
    async send(message, options) {
      const answered = isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message);
      if (answered && message.id !== undefined) inFlight.delete(message.id);
      const relatedRequestId = options?.relatedRequestId;
      await inner.send(named(message, replica), relatedRequestId === undefined ? {} : { relatedRequestId });
    },
    close: () => inner.close(),
    setSupportedProtocolVersions: (versions) => {
      inner.setSupportedProtocolVersions(versions);
    },
  };
  return transport;
}
