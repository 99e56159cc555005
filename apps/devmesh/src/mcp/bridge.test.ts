import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { silentLogger } from '@devmesh/runtime';
import { afterEach, expect, test } from '@jest/globals';
import { createInterface } from 'node:readline';
import { bridgeToHttp } from './bridge.ts';
import { createStdioWire, type StdioWire } from './stdio-wire.ts';

interface Message {
  id?: number | string;
  method?: string;
  params?: object;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/** Answers one message by hand; undefined leaves it to the manners of a platform. */
type Answer = (message: Message, response: ServerResponse, session: string | undefined) => true | undefined;

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** As much of a platform as a bridge sees. */
async function startPlatform(answer: Answer, port = 0): Promise<{ server: Server; url: URL; heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      if (request.method !== 'POST') return response.writeHead(405).end();
      const message = (await json(request)) as Message;
      const session = request.headers['mcp-session-id'];
      heard.push(`${message.method ?? 'answer'} ${String(session ?? '-')}`);
      if (answer(message, response, session as string | undefined) === true) return response;
      if (message.id === undefined) return response.writeHead(202).end();
      const isOpening = message.method === 'initialize';
      if (isOpening) response.setHeader('mcp-session-id', 's1');
      const result = isOpening ? { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} } : {};
      return sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result });
    })();
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  stops.push(() => stopServer(server));
  return { server, heard, url: new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`) };
}

async function stopServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function sendJson(response: ServerResponse, status: number, body: object): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}

function startBridge(url: URL) {
  const input = new PassThrough();
  const output = new PassThrough();
  const wire: StdioWire = createStdioWire({ input, output, logger: silentLogger() });
  const bridged = bridgeToHttp(url, { apiKey: 'devmesh_key', wire, logger: silentLogger() });
  bridged.catch(() => undefined);
  stops.push(() => wire.close());
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();
  return {
    bridged,
    say: (...messages: object[]) =>
      input.write(messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('')),
    hear: async () => JSON.parse(String((await lines.next()).value)) as Message,
  };
}

const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
};
const initialized = { method: 'notifications/initialized' };
const call = (id: number) => ({ id, method: 'tools/call', params: { name: 'x' } });
const cancel = (requestId: number) => ({ method: 'notifications/cancelled', params: { requestId } });

test('what comes in one write with initialize is asked in its session', async () => {
  const { url, heard } = await startPlatform(() => undefined);
  const { say, hear } = startBridge(url);
  say(initialize, initialized, call(2));
  expect([(await hear()).id, (await hear()).id]).toEqual([1, 2]);
  expect(heard).toEqual(['initialize -', 'notifications/initialized s1', 'tools/call s1']);
});

test('a session that the platform has forgotten is begun anew, once, and the client does not hear of it', async () => {
  let sessions = 0;
  const { url, heard } = await startPlatform(({ id, method }, response, session) => {
    if (method === 'initialize') {
      response.setHeader('mcp-session-id', `s${String(++sessions)}`);
      return sendJson(response, 200, { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } });
    }
    const gone = method === 'tools/call' && session === 's1';
    return gone
      ? sendJson(response, 404, { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'no' } })
      : undefined;
  });
  const { say, hear } = startBridge(url);
  say(initialize);
  await hear();
  say(call(2), call(3));
  expect([await hear(), await hear()].map(({ id, result }) => [id, result]).sort()).toEqual([
    [2, {}],
    [3, {}],
  ]);
  expect(sessions).toBe(2);
  expect(heard.filter((line) => line === 'tools/call s2')).toHaveLength(2);
});

test('an answer that breaks off is told as one that may have changed something', async () => {
  const { url } = await startPlatform(({ method }, response) => {
    if (method !== 'tools/call') return undefined;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n', () => response.destroy());
    return true;
  });
  const { say, hear } = startBridge(url);
  say(initialize, call(2));
  await hear();
  expect(await hear()).toMatchObject({ id: 2, error: { code: -32010, data: { retryable: false } } });
});

test('a platform that is away is said so, and used again when it is back', async () => {
  const { url, server } = await startPlatform(() => undefined);
  const { say, hear } = startBridge(url);
  say(initialize);
  await hear();
  await stopServer(server);
  // What goes into a connection that is just being closed may have arrived, and is not said to be lost for sure.
  let answer: Message;
  do {
    say(call(2));
    answer = await hear();
    expect(answer.error?.code).toBe(-32010);
  } while (answer.error?.message.includes('devmesh start') !== true);
  await startPlatform(() => undefined, Number(url.port));
  say(call(3));
  expect(await hear()).toMatchObject({ id: 3, result: {} });
});

test('a refused key ends it, with the platform’s sentence', async () => {
  const { url } = await startPlatform((message, response) =>
    message.method === 'tools/call'
      ? sendJson(response, 401, {
          jsonrpc: '2.0',
          id: null,
          error: { code: -32001, message: 'Revoked. Do this.', data: { suggestion: 'Do this.' } },
        })
      : undefined,
  );
  const { say, hear, bridged } = startBridge(url);
  say(initialize);
  await hear();
  say(call(2));
  await expect(bridged).rejects.toMatchObject({ code: 'unauthenticated', message: 'Revoked.' });
});

test('a refusal keeps the platform’s code, sentence and details', async () => {
  const error = { code: -32029, message: 'Too many requests.', data: { retry_after: 3 } };
  const { url } = await startPlatform((_message, response) =>
    sendJson(response, 429, { jsonrpc: '2.0', id: null, error }),
  );
  const { say, hear } = startBridge(url);
  say(initialize);
  expect(await hear()).toEqual({ jsonrpc: '2.0', id: 1, error });
});

test('a cancel of the 2025 era is sent after what it cancels', async () => {
  const cancelled = Promise.withResolvers<undefined>();
  const { url, heard } = await startPlatform(({ method }, response) => {
    if (method === 'notifications/cancelled') cancelled.resolve(undefined);
    if (method !== 'tools/call') return undefined;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    return true;
  });
  const { say, hear } = startBridge(url);
  say(initialize);
  await hear();
  say(call(2), cancel(2));
  await cancelled.promise;
  expect(heard.slice(1)).toEqual(['tools/call s1', 'notifications/cancelled s1']);
});

test('a cancel of 2026-07-28 closes the request, as over HTTP', async () => {
  const [arrived, closed] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const { url, heard } = await startPlatform((_message, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    response.once('close', () => closed.resolve(undefined));
    arrived.resolve(undefined);
    return true;
  });
  const { say } = startBridge(url);
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  say({ ...call(2), params: { name: 'x', _meta } });
  await arrived.promise;
  say(cancel(2));
  await closed.promise;
  expect(heard).toEqual(['tools/call -']);
});
