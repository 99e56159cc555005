import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AppError } from '@devmesh/contracts';
import { admit, traceOf } from './admit.ts';
import { createFixtures, FIXTURE_PRINCIPAL } from './conformance-fixtures/fixtures.ts';
import { assertAccepts } from './edge/accepts.ts';
import { addressOf, type Address } from './edge/address.ts';
import { createCallerCheck, isLoopback } from './edge/allowed-callers.ts';
import { assertMethod } from './edge/known-method.ts';
import { readJson } from './edge/read-json.ts';
import { requestIdOf } from './edge/request-id.ts';
import { sendFailure } from './edge/send-failure.ts';
import { sendResponse } from './edge/send-response.ts';
import { webRequestOf } from './edge/web-request.ts';
import { createEndpoint, type Endpoint } from './endpoint.ts';
import type { McpConfig, McpParts } from './mcp-parts.ts';
import { isListen } from './modern-era.ts';
import { createOpenStreams } from './open-streams.ts';
import { createServing } from './serving/mcp-server.ts';
import { visitOfRequest, type Visit } from './serving/visit.ts';

// A reason given by name: without one every ended request would make an exception with its stack.
const CONNECTION_CLOSED = 'the connection was closed';

export interface McpDoor {
  /** `/mcp`, `/mcp/t/<toolsets>`, `/mcp/conformance`; anything else is answered 404. Never rejects. */
  handler: RequestListener;
  /** Whether an address is this door's. */
  owns(url: string | undefined): boolean;
  /** Begins to hear of changes, revoked keys and other replicas. */
  start(): Promise<void>;
  /** Ends open event streams, so that their clients come back to another replica; running calls go on. */
  endStreams(): Promise<void>;
  /** Breaks off what is still running. */
  close(): Promise<void>;
}

/**
 * MCP over Streamable HTTP, both eras on one address. Every request is authenticated and counted by itself.
 * @throws invalid_input when the fixtures are on and the server could be reached from outside.
 */
export function createMcpDoor(parts: McpParts): McpDoor {
  const { config, logger } = parts;
  assertFixturesAreSafe(config);
  const callers = createCallerCheck(config);
  const { makeServer, listings } = createServing(parts);
  const mcp = createEndpoint(parts, {
    name: 'mcp',
    // A catalog that cannot be read is said by the handler that needs it, with its sentence.
    makeServer: async (visit) => makeServer(visitOfRequest, visit && (await listings(visit).catch(() => undefined))),
    makeSessionServer: () => makeServer(visitOfRequest),
  });
  const fixtures = config.conformanceFixtures ? createFixtures(parts) : undefined;
  const endpoints = fixtures === undefined ? [mcp] : [mcp, fixtures.endpoint];
  const streams = createOpenStreams(mcp, parts.metrics);
  const stops: (() => unknown)[] = [];
  let ending = false;

  async function serve(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const address = addressOf(request.url);
    if (address === undefined) throw nothingHere();
    callers.assertAllowed(request, response);
    if (request.method === 'OPTIONS') {
      callers.answerPreflight(request, response);
      return;
    }
    assertMethod(request, response);
    const { endpoint, visit } = await entered(address, request, response, requestId);
    assertAccepts(request);
    const body = request.method === 'POST' ? await readJson(request) : undefined;
    await exchange(endpoint, request, response, body, visit);
  }

  async function entered(
    address: Address,
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<{ endpoint: Endpoint; visit: Visit }> {
    if (address.endpoint === 'mcp')
      return { endpoint: mcp, visit: await admit(request, response, { toolsets: address.toolsets, requestId }, parts) };
    if (fixtures === undefined) throw nothingHere();
    return {
      endpoint: fixtures.endpoint,
      visit: { principal: FIXTURE_PRINCIPAL, toolsets: '', requestId, trace: traceOf(request) },
    };
  }

  async function exchange(
    endpoint: Endpoint,
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    visit: Visit,
  ): Promise<void> {
    const going = new AbortController();
    const isStream = request.method === 'GET' || isListen(body);
    if (isStream && ending)
      throw new AppError('unavailable', 'This server is about to stop.', { suggestion: 'Connect again.' });
    if (isStream) streams.add(going, visit.principal);
    response.once('close', () => {
      streams.remove(going);
      going.abort(CONNECTION_CLOSED);
    });
    const answer = await endpoint.answer(webRequestOf(request, going.signal), request.headers, body, visit);
    await sendResponse(response, answer);
  }

  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    if (ending) response.setHeader('connection', 'close');
    serve(request, response, requestId).catch((thrown: unknown) => {
      if (response.destroyed) return;
      sendFailure(thrown, response, requestId, logger);
      // What the client is still sending is let in and thrown away, or it would never get to read the answer.
      request.resume();
    });
  };

  return {
    handler,
    owns: (url) => addressOf(url) !== undefined,
    async start() {
      stops.push(await mcp.sessions.start());
      if (fixtures !== undefined) stops.push(await fixtures.start());
      stops.push(parts.gateway.catalog.onChange(streams.toolsChanged), parts.onRevoked(streams.closeOf));
    },
    async endStreams() {
      ending = true;
      for (const { sessions } of endpoints) for (const session of sessions.all()) session.closeStream();
      await Promise.all(endpoints.map(({ modern }) => modern.endStreams()));
    },
    async close() {
      ending = true;
      for (const stop of stops.splice(0).reverse()) await stop();
      await Promise.all(endpoints.map(({ modern }) => modern.close()));
    },
  };
}

function nothingHere(): AppError {
  return new AppError('not_found', 'There is nothing at this address.', {
    suggestion: 'MCP is spoken at /mcp and /mcp/t/<toolsets>.',
  });
}

function assertFixturesAreSafe({ conformanceFixtures, bindHost }: McpConfig): void {
  if (!conformanceFixtures || isLoopback(bindHost)) return;
  throw new AppError(
    'invalid_input',
    `MCP_CONFORMANCE_FIXTURES needs no key, so the server must not listen on ${bindHost}.`,
    {
      suggestion: 'Listen on 127.0.0.1, or leave MCP_CONFORMANCE_FIXTURES off.',
    },
  );
}
