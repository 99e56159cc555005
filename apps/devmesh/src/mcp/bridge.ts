import type { Logger } from '@devmesh/runtime';
import { SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { isJSONRPCRequest, isJSONRPCResultResponse, type JSONRPCMessage } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

/**
 * Hands every message between a client on standard input and output and the platform at `url`, unread but for the negotiated
 * version. Resolves when the client has gone.
 */
export async function bridgeToHttp(url: URL, apiKey: string, { logger }: { logger: Logger }): Promise<void> {
  const { promise: closed, resolve, reject } = Promise.withResolvers<undefined>();
  const client = new StdioServerTransport();
  const platform = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { authorization: `Bearer ${apiKey}` } },
  });
  const handshake = createHandshake(platform);

  // In order, and nothing before the handshake is over: a client on a pipe need not wait for it.
  let last = Promise.resolve();
  client.onmessage = (message) => {
    last = last.then(async () => {
      await handshake.over();
      handshake.begin(message);
      platform.send(message).catch((error: unknown) => {
        handshake.failed(message);
        logger.warn('the platform did not take a message', { error });
        void answerFailure(client, message, error);
      });
    });
  };
  platform.onmessage = (message) => {
    handshake.note(message);
    client.send(message).catch(reject);
  };
  platform.onerror = (error) => logger.debug('platform', { error });
  client.onclose = () => resolve(undefined);
  process.stdin.once('end', () => resolve(undefined));

  await platform.start();
  await client.start();
  await closed;
  await platform.terminateSession().catch(() => undefined);
  await platform.close();
}

/** Follows `initialize`: what the two agreed on goes into a header of every later request. */
function createHandshake(platform: StreamableHTTPClientTransport) {
  let pending: { id: string | number; done: PromiseWithResolvers<undefined> } | undefined;

  function end(id: string | number): void {
    if (pending?.id !== id) return;
    pending.done.resolve(undefined);
    pending = undefined;
  }

  return {
    over: () => pending?.done.promise ?? Promise.resolve(),
    begin(message: JSONRPCMessage): void {
      if (isJSONRPCRequest(message) && message.method === 'initialize')
        pending = { id: message.id, done: Promise.withResolvers<undefined>() };
    },
    failed(message: JSONRPCMessage): void {
      if (isJSONRPCRequest(message)) end(message.id);
    },
    note(message: JSONRPCMessage): void {
      if (!isJSONRPCResultResponse(message)) return;
      const version = message.result['protocolVersion'];
      if (message.id === pending?.id && typeof version === 'string') platform.setProtocolVersion(version);
      end(message.id);
    },
  };
}

async function answerFailure(client: StdioServerTransport, message: JSONRPCMessage, error: unknown): Promise<void> {
  if (!isJSONRPCRequest(message)) return;
  const text = refusalIn(error) ?? 'DevMesh cannot be reached. Check that it runs: npm start.';
  await client.send({ jsonrpc: '2.0', id: message.id, error: { code: -32010, message: text } });
}

// The platform's own sentence, where it answered with one.
function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof SdkHttpError)) return undefined;
  const parsed = Refusal.safeParse(parseJson(String(error.data['text'] ?? '')));
  return parsed.success ? parsed.data.error.message : undefined;
}

const Refusal = z.object({ error: z.object({ message: z.string() }) });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
