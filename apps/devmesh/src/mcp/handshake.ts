import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
} from '@modelcontextprotocol/server';

/** Of ours among the client's: no client makes ids of this kind. */
const OWN_ID = 'devmesh-bridge:initialize';
const INITIALIZED: JSONRPCMessage = { jsonrpc: '2.0', method: 'notifications/initialized' };

export interface HandshakeOptions {
  /** `onLost` when the answer will not come. */
  send(message: JSONRPCMessage, onLost: () => void): Promise<void>;
  /** What the two agreed on. */
  onVersion(version: string): void;
}

/**
 * Follows a client's `initialize`, and can say it again in the client's place: a client on a pipe knows nothing of sessions,
 * so a session that the platform no longer knows is begun anew without it.
 */
export function createHandshake({ send, onVersion }: HandshakeOptions) {
  let opening: JSONRPCMessage | undefined;
  let pending: { id: unknown; over: PromiseWithResolvers<undefined> } | undefined;
  let again: Promise<void> | undefined;

  function begin(id: unknown): Promise<undefined> {
    const over = Promise.withResolvers<undefined>();
    pending = { id, over };
    return over.promise;
  }

  function end(): void {
    pending?.over.resolve(undefined);
    pending = undefined;
  }

  async function sayAgain(message: JSONRPCMessage): Promise<void> {
    const answered = begin(OWN_ID);
    try {
      await send({ ...message, id: OWN_ID } as JSONRPCMessage, end);
      await answered;
    } finally {
      end();
    }
    await send(INITIALIZED, () => undefined);
  }

  return {
    /** Nothing else is sent before this: a client on a pipe need not wait for the answer. */
    over: () => pending?.over.promise ?? Promise.resolve(undefined),
    /** Sees what the client sends. */
    sends(message: JSONRPCMessage): void {
      if (!isInitializeRequest(message) || !isJSONRPCRequest(message)) return;
      opening = message;
      void begin(message.id);
    },
    /** Sees what is answered, by the platform or in its place. True when it is not meant for the client. */
    hears(message: JSONRPCMessage): boolean {
      if (!isJSONRPCResultResponse(message) && !isJSONRPCErrorResponse(message)) return false;
      if (message.id !== pending?.id) return message.id === OWN_ID;
      const version = 'result' in message ? message.result['protocolVersion'] : undefined;
      if (typeof version === 'string') onVersion(version);
      end();
      return message.id === OWN_ID;
    },
    /** False where there is nothing to say again. Many that ask at once wait for one. */
    async renew(): Promise<boolean> {
      if (opening === undefined) return false;
      again ??= sayAgain(opening).finally(() => {
        again = undefined;
      });
      await again;
      return true;
    },
  };
}
export type Handshake = ReturnType<typeof createHandshake>;
