import type { IncomingMessage } from 'node:http';
import type { Principal } from '@devmesh/contracts';
import {
  classifyInboundRequest,
  isInitializeRequest,
  PROTOCOL_VERSION_META_KEY,
  type EventStore,
  type McpServer,
} from '@modelcontextprotocol/server';
import { SESSION_NOT_FOUND, TRANSPORT_REFUSED } from './edge/json-rpc-error.ts';
import type { McpParts } from './mcp-parts.ts';
import { createModernEra } from './modern-era.ts';
import { authInfoOf, type Visit } from './serving/visit.ts';
import { createSessionIds, openingOf } from './sessions/session-id.ts';
import { createSessionMail } from './sessions/session-mail.ts';
import { createSessions } from './sessions/sessions.ts';
import { sortMessages } from './sessions/sort-messages.ts';

export interface EndpointOptions {
  /** Part of what its session ids are sealed with: no session moves between endpoints. */
  name: string;
  makeServer(visit: Visit | undefined): McpServer | Promise<McpServer>;
  /** The server of a session: it serves more than one request. */
  makeSessionServer(): McpServer;
  eventStore?: (() => EventStore) | undefined;
}

/** One address that speaks MCP in both eras. */
export function createEndpoint(parts: Pick<McpParts, 'vault' | 'bus' | 'clock' | 'logger'>, options: EndpointOptions) {
  const modern = createModernEra({ makeServer: options.makeServer, logger: parts.logger });
  const mail = createSessionMail(parts.bus);
  const sessions = createSessions({
    ids: createSessionIds(parts, options.name),
    mail,
    logger: parts.logger,
    makeServer: options.makeSessionServer,
    authInfoFor: (principal) => authInfoOf(visitBetweenReplicas(principal)),
    eventStore: options.eventStore,
  });

  async function answer(
    request: Request,
    headers: IncomingMessage['headers'],
    body: unknown,
    visit: Visit,
  ): Promise<Response> {
    return isModern(request.method, headers, body)
      ? modern.handle(request, body, visit)
      : answerInSession(request, body, visit);
  }

  async function answerInSession(request: Request, body: unknown, visit: Visit): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    if (id === null)
      return isInitializeRequest(body)
        ? begin(request, body, visit)
        : refusal(
            400,
            TRANSPORT_REFUSED,
            'Bad Request: begin with an initialize request, then send its Mcp-Session-Id with every other.',
          );
    const session = await sessions.find(id, visit.principal);
    if (session === undefined)
      return refusal(404, SESSION_NOT_FOUND, 'Session not found. Begin a new one with an initialize request.');
    if (request.method === 'DELETE') {
      sessions.end(session);
      return new Response(null, { status: 200 });
    }
    const { here, elsewhere } = sortMessages(session, body, mail);
    return elsewhere ? new Response(null, { status: 202 }) : session.handle(request, here, authInfoOf(visit));
  }

  async function begin(request: Request, body: { params: unknown }, visit: Visit): Promise<Response> {
    const opening = openingOf(body.params);
    if (opening === undefined)
      return refusal(400, -32602, 'Invalid params: initialize needs protocolVersion, capabilities and clientInfo.');
    const session = await sessions.begin(visit.principal, opening);
    return session.handle(request, body, authInfoOf(visit));
  }

  return { answer, modern, sessions };
}
export type Endpoint = ReturnType<typeof createEndpoint>;

/**
 * Which era a request speaks. One that claims to be modern is checked by the SDK's own handler; only what makes no claim
 * is looked at here.
 */
function isModern(httpMethod: string, headers: IncomingMessage['headers'], body: unknown): boolean {
  if (httpMethod !== 'POST') return false;
  const { method, params } = (typeof body === 'object' && body !== null ? body : {}) as {
    method?: unknown;
    params?: { _meta?: object };
  };
  if (method !== 'initialize' && typeof params?._meta === 'object' && PROTOCOL_VERSION_META_KEY in params._meta)
    return true;
  const protocolVersionHeader = textOf(headers['mcp-protocol-version']);
  const mcpMethodHeader = textOf(headers['mcp-method']);
  const route = classifyInboundRequest({
    httpMethod,
    body,
    ...(protocolVersionHeader !== undefined && { protocolVersionHeader }),
    ...(mcpMethodHeader !== undefined && { mcpMethodHeader }),
  });
  return route.kind !== 'legacy';
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function refusal(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });
}

// A cancel or an answer that came over the bus starts nothing: only the session that it belongs to matters.
function visitBetweenReplicas(principal: Principal): Visit {
  return { principal, toolsets: '', requestId: 'req_bus', trace: {} };
}
