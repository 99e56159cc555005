import { request as httpRequest, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Health, Logger } from '@devmesh/runtime';

/** Headers that belong to one connection, not to the message. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const HEALTH_PATHS = new Set(['/health', '/healthz', '/readyz']);

/** Answers what is not MCP: health, and `/api/v1` from the REST door, since an older sample asks for it on this port. */
export function forwardRest(restUrl: string | undefined, health: Health, logger: Logger): RequestListener {
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/livez') return answer(response, 200, { status: 'up' });
    if (HEALTH_PATHS.has(path)) return void answerHealth(response, health);
    if (restUrl === undefined || !path.startsWith('/api/v1/')) return answer(response, 404, notFound(path));
    forward(new URL(request.url ?? '/', restUrl), request, response, logger);
  };
}

function forward(target: URL, request: IncomingMessage, response: ServerResponse, logger: Logger): void {
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = { ...withoutHopByHop(request.headers), host: target.host };
  const upstream = send(target, { method: request.method, headers }, (reply) => {
    response.writeHead(reply.statusCode ?? 502, withoutHopByHop(reply.headers));
    reply.pipe(response);
  });
  upstream.on('error', (error) => {
    logger.warn('the REST door cannot be reached', { error });
    if (response.headersSent) response.destroy();
    else
      answer(
        response,
        503,
        {
          error: {
            code: 'unavailable',
            message: 'The REST door cannot be reached.',
            suggestion: 'Try again in a moment.',
          },
        },
        { 'retry-after': '1' },
      );
  });
  response.once('close', () => upstream.destroy());
  request.pipe(upstream);
}

function withoutHopByHop(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string | string[]] => entry[1] !== undefined && !HOP_BY_HOP.has(entry[0]),
    ),
  );
}

async function answerHealth(response: ServerResponse, health: Health): Promise<void> {
  const { status } = await health.report();
  answer(response, status === 'up' ? 200 : 503, { status });
}

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

function notFound(path: string) {
  return {
    error: {
      code: 'not_found',
      message: `There is nothing at ${path.slice(0, 200)}.`,
      suggestion: 'MCP is at /mcp; REST listens on its own port.',
    },
  };
}
