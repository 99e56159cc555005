import type {
  JSONRPCMessage,
  MessageExtraInfo,
  RequestId,
  Transport,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { cancelledBy, isAnswer, isRequest, named, unnamed } from './request-ids.ts';

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

  // What is thrown here the SDK's transport would tell the client word for word.
  function deliver(message: JSONRPCMessage, extra: MessageExtraInfo | undefined): void {
    try {
      transport.onmessage?.(message, extra);
    } catch (error) {
      transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
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
        if (isRequest(message)) inFlight.add(message.id);
        deliver(unnamed(message, replica), extra);
        cancelled(cancelledBy(message));
      };
      await inner.start();
    },
    async send(message, options) {
      if (isAnswer(message)) inFlight.delete(message.id);
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
