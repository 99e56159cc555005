import { ERROR_TABLE, newId, type Principal } from '@devmesh/contracts';
import { isJSONRPCRequest, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { limited } from './admit.ts';
import { jsonRpcErrorOf } from './edge/json-rpc-error.ts';
import type { ServingParts } from './mcp-parts.ts';
import { asAppError } from './serving/guarded.ts';
import { createServing } from './serving/mcp-server.ts';

export interface McpStdio {
  close(): Promise<void>;
  /** Resolves when the client has gone or `close` was called. */
  closed: Promise<void>;
}

/**
 * MCP over standard input and output, both eras, for one principal. Every request takes a token; the connection ends when
 * the principal's key does. Nothing else may write to standard output meanwhile.
 */
export function serveMcpStdio(
  parts: ServingParts,
  principal: Principal,
  wire: Transport = new StdioServerTransport(),
): McpStdio {
  const { logger, gateway } = parts;
  const { makeServer, listings } = createServing(parts);
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<undefined>();
  const visitOf = () => ({ principal, toolsets: '', requestId: newId('req'), trace: {} });
  const servers = new Set<ReturnType<typeof makeServer>>();
  const onerror = (error: Error) => {
    logger.debug('mcp', { error });
  };
  const factory = async () => {
    const server = makeServer(visitOf, await listings(visitOf()).catch(() => undefined));
    servers.add(server);
    return server;
  };
  const handle = serveStdio(factory, {
    transport: counted(wire, () => parts.takeRequest(principal), parts, onClosed),
    onerror,
  });
  const stops = [
    gateway.catalog.onChange((organizationId) => {
      if (organizationId !== undefined && organizationId !== principal.organizationId) return;
      for (const { server } of servers)
        if (server.transport !== undefined) void server.sendToolListChanged().catch(() => {});
    }),
    parts.onRevoked((id) => {
      if (id === undefined || id === principal.keyId || id === principal.sessionId) void handle.close();
    }),
  ];
  void closed.then(() => {
    for (const stop of stops) stop();
  });
  return { close: () => handle.close(), closed };
}

/** The wire, with one token taken for every request that comes in. */
function counted(
  wire: Transport,
  take: () => ReturnType<ServingParts['takeRequest']>,
  { logger }: Pick<ServingParts, 'logger'>,
  onClosed: (nothing: undefined) => void,
): Transport {
  async function refusalOf(): Promise<ReturnType<typeof limited> | undefined> {
    try {
      const allowance = await take();
      return allowance.allowed ? undefined : limited(allowance.retryAfterSeconds);
    } catch (thrown) {
      return asAppError(thrown, logger);
    }
  }

  // In order: a cancel must not overtake the request that it cancels.
  let last: Promise<void> = Promise.resolve();
  async function receive(message: JSONRPCMessage): Promise<void> {
    const refusal = isJSONRPCRequest(message) ? await refusalOf() : undefined;
    if (refusal === undefined || !isJSONRPCRequest(message)) transport.onmessage?.(message);
    else
      await wire.send({
        jsonrpc: '2.0',
        id: message.id,
        error: { ...jsonRpcErrorOf(refusal, newId('req')), code: ERROR_TABLE[refusal.code].jsonRpcCode },
      });
  }

  const transport: Transport = {
    async start() {
      wire.onmessage = (message: JSONRPCMessage) => {
        last = last
          .then(() => receive(message))
          .catch((error: unknown) => transport.onerror?.(error instanceof Error ? error : new Error(String(error))));
      };
      wire.onerror = (error) => transport.onerror?.(error);
      wire.onclose = () => {
        onClosed(undefined);
        transport.onclose?.();
      };
      await wire.start();
    },
    send: (message, options) => wire.send(message, options),
    close: () => wire.close(),
  };
  return transport;
}
