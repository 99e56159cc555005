import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@devmesh/contracts';
import type { McpConfig } from '../mcp-parts.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const EXPOSED = 'Mcp-Session-Id, X-Request-Id, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate';
const METHODS = 'GET, POST, DELETE, OPTIONS';
const REMEMBERED = 200;

/** Whether the server can only be reached from the machine that it runs on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Keeps out pages of strangers: a name of theirs that resolves to this machine (Host), or a page that calls from a
 * browser (Origin). Programs send no Origin.
 */
export function createCallerCheck({ publicUrl, allowedHosts, allowedOrigins, bindHost }: McpConfig) {
  const hosts = new Set([...LOOPBACK, new URL(publicUrl).hostname, ...allowedHosts].map((host) => host.toLowerCase()));
  const origins = new Set([new URL(publicUrl).origin, ...allowedOrigins]);
  const localPages = isLoopback(bindHost);
  const known = new Set<string>();

  /** @throws forbidden */
  function assertHost(host: string | undefined): void {
    if (host !== undefined && known.has(host)) return;
    if (!hosts.has(hostnameOf(host))) throw strangerHost();
    if (known.size < REMEMBERED && host !== undefined) known.add(host);
  }

  /** @throws forbidden */
  function assertOrigin(origin: string): void {
    if (origins.has(origin)) return;
    if (localPages && LOOPBACK.includes(hostnameOf(origin.replace(/^https?:\/\//, '')))) return;
    throw new AppError('forbidden', 'This page may not call this server.', {
      suggestion: 'Name its origin in MCP_ALLOWED_ORIGINS.',
    });
  }

  return {
    /** Throws forbidden. */
    assertAllowed(request: IncomingMessage, response: ServerResponse): void {
      assertHost(request.headers.host);
      const { origin } = request.headers;
      if (origin === undefined) return;
      assertOrigin(origin);
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', EXPOSED);
      response.setHeader('vary', 'Origin');
    },
    answerPreflight(request: IncomingMessage, response: ServerResponse): void {
      const wanted = request.headers['access-control-request-headers'];
      response.writeHead(204, {
        'access-control-allow-methods': METHODS,
        'access-control-max-age': '600',
        ...(wanted !== undefined && { 'access-control-allow-headers': wanted }),
      });
      response.end();
    },
  };
}

function hostnameOf(host: string | undefined): string {
  const url = `http://${host ?? ''}`;
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : '';
}

function strangerHost(): AppError {
  return new AppError('forbidden', 'This server does not answer to the host name of this request.', {
    suggestion: 'Use the address in PUBLIC_URL, or name the host in MCP_ALLOWED_HOSTS.',
  });
}
