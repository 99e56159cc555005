import type { Logger } from '@devmesh/runtime';
import {
  createMcpHandler,
  type McpHttpHandler,
  type McpRequestContext,
  type McpServer,
} from '@modelcontextprotocol/server';
import type { Visit } from './serving/visit.ts';
import { authInfoOf, visitOfAuthInfo } from './serving/visit.ts';

export interface ModernEraParts {
  /** A new server for every request: it costs a handful of closures. */
  makeServer(visit: Visit): McpServer | Promise<McpServer>;
  logger: Logger;
}

/** One organisation cannot take all the streams there are. */
const MAX_SUBSCRIPTIONS = 256;

/** 2026-07-28: no session, every request by itself; changes are heard of over `subscriptions/listen`. */
export function createModernEra({ makeServer, logger }: ModernEraParts) {
  const factory = ({ authInfo }: McpRequestContext) => makeServer(visitOfAuthInfo(authInfo));
  const onerror = (error: Error) => {
    logger.debug('mcp', { error });
  };
  const calls = createMcpHandler(factory, { legacy: 'reject', onerror });
  // By organisation, because the SDK tells every subscription of a handler of every change.
  const listening = new Map<string, McpHttpHandler>();

  function listeningFor(organizationId: string): McpHttpHandler {
    const handler =
      listening.get(organizationId) ??
      createMcpHandler(factory, { legacy: 'reject', onerror, maxSubscriptions: MAX_SUBSCRIPTIONS });
    listening.set(organizationId, handler);
    return handler;
  }

  return {
    handle(request: Request, body: unknown, visit: Visit): Promise<Response> {
      const handler = isListen(body) ? listeningFor(visit.principal.organizationId) : calls;
      return handler.fetch(request, { parsedBody: body, authInfo: authInfoOf(visit) });
    },
    /** The listeners of one organisation, or of all. */
    notifiers(organizationId: string | undefined): McpHttpHandler['notify'][] {
      const handlers = organizationId === undefined ? [...listening.values()] : [listening.get(organizationId)];
      return handlers.flatMap((handler) => (handler === undefined ? [] : [handler.notify]));
    },
    /** Ends every subscription with its final answer; calls go on. */
    async endStreams(): Promise<void> {
      const open = [...listening.values()];
      listening.clear();
      await Promise.all(open.map((handler) => handler.close()));
    },
    /** Breaks off what is still running. */
    close: () => calls.close(),
  };
}
export type ModernEra = ReturnType<typeof createModernEra>;

export function isListen(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen';
}
