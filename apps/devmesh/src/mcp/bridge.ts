import type { Logger } from '@devmesh/runtime';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  isJSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from '@modelcontextprotocol/server';
import { isSessionGone, isUnauthenticated, lostAnswer, refusalOf, unauthenticatedBy } from './bridge-failures.ts';
import { cancelledBy } from './cancelled-by.ts';
import { createHandshake } from './handshake.ts';
import { within } from './within.ts';
import type { Refusal, StdioWire } from './stdio-wire.ts';

export interface BridgeOptions {
  apiKey: string;
  wire: StdioWire;
  logger: Logger;
}

/** The platform's own changes are heard of again after it was away, however long that took. */
const RECONNECT = {
  initialReconnectionDelay: 1_000,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: Number.MAX_SAFE_INTEGER,
};
const FAREWELL_MS = 1_000;
/** For the beginning of an answer, which comes at once. */
const TAKEN_MS = 1_000;

/** A request that the platform has. */
interface Asked {
  /** 2026-07-28: it is cancelled by closing its stream; before, by a message. */
  modern: boolean;
  /** Settles when the platform has taken it: a cancel must not overtake it. */
  taken: Promise<void>;
  stop: AbortController;
}

/**
 * Hands every message between a client on standard input and output and the platform at `url`. A platform that is away for a
 * while is said so in every answer, and used again when it is back. Resolves when the client has gone.
 * @throws AppError `unauthenticated` as soon as the platform refuses the key, at the start or later.
 */
export async function bridgeToHttp(url: URL, { apiKey, wire, logger }: BridgeOptions): Promise<void> {
  const refused = Promise.withResolvers<never>();
  const asked = new Map<RequestId, Asked>();
  const platform = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${apiKey}` } },
    reconnectionOptions: RECONNECT,
  });
  const handshake = createHandshake({
    send: (message, onLost) => platform.send(message, { onRequestStreamEnd: onLost }),
    onVersion: (version) => {
      platform.setProtocolVersion(version);
    },
  });

  function toClient(message: JSONRPCMessage): void {
    if (handshake.hears(message)) return;
    wire.send(message).catch((error: unknown) => {
      logger.debug('the client did not take a message', { error });
    });
  }

  function answerFailure(id: RequestId, error: Refusal): void {
    if (wire.awaits(id)) toClient({ jsonrpc: '2.0', id, error });
  }

  function forward(message: JSONRPCMessage): void {
    const cancelled = cancelledBy(message);
    if (isJSONRPCRequest(message)) ask(message);
    else if (cancelled === undefined) tell(message);
    else void cancel(cancelled, message);
  }

  function tell(message: JSONRPCMessage): void {
    sendInSession(() => platform.send(message)).catch((error: unknown) => {
      logger.debug('the platform did not take a message', { error });
    });
  }

  function ask(message: JSONRPCRequest): void {
    const { id } = message;
    const stop = new AbortController();
    const options = {
      requestSignal: stop.signal,
      onRequestStreamEnd: () => {
        asked.delete(id);
        answerFailure(id, lostAnswer());
      },
    };
    const taken = sendInSession(() => platform.send(message, options)).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      if (isUnauthenticated(error)) refused.reject(unauthenticatedBy(error));
      else answerFailure(id, refusalOf(error, url));
    });
    asked.set(id, { modern: isModern(message), taken, stop });
  }

  async function sendInSession(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (!isSessionGone(error) || !(await handshake.renew())) throw error;
      await send();
    }
  }

  async function cancel(id: RequestId, message: JSONRPCMessage): Promise<void> {
    const request = asked.get(id);
    asked.delete(id);
    if (request?.modern === true) {
      request.stop.abort();
      return;
    }
    if (request !== undefined) await within(TAKEN_MS, request.taken);
    tell(message);
  }

  // In order, and nothing before the handshake is over: a client on a pipe need not wait for it.
  let last = Promise.resolve();
  wire.onmessage = (message) => {
    last = last.then(async () => {
      await handshake.over();
      handshake.sends(message);
      forward(message);
    });
  };
  platform.onmessage = (message) => {
    if ('id' in message && !('method' in message) && message.id !== undefined) asked.delete(message.id);
    toClient(message);
  };
  platform.onerror = (error) => {
    logger.debug('platform', { error });
    if (isUnauthenticated(error)) refused.reject(unauthenticatedBy(error));
  };

  await platform.start();
  await wire.start();
  try {
    await Promise.race([wire.closed, refused.promise]);
  } finally {
    await within(FAREWELL_MS, platform.terminateSession());
    await platform.close();
  }
}

function isModern({ params }: JSONRPCRequest): boolean {
  return params?._meta !== undefined && PROTOCOL_VERSION_META_KEY in params._meta;
}
