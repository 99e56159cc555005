import type { IncomingMessage } from 'node:http';

/** What the SDK reads of a request, and nothing that could carry a credential into a handler. */
const READ = ['content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name', 'mcp-session-id', 'last-event-id'];

/**
 * A request in the form that the SDK takes, without its body (which is handed over parsed). Only method, address, headers
 * and signal: a whole `Request` with a signal costs a fifth of a call.
 */
export function webRequestOf(request: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers({ accept: 'application/json, text/event-stream' });
  for (const name in request.headers) {
    const value = request.headers[name];
    if (typeof value === 'string' && (READ.includes(name) || name.startsWith('mcp-param-'))) headers.set(name, value);
  }
  const view = { method: request.method ?? 'GET', url: `http://localhost${request.url ?? '/'}`, headers, signal };
  return view as unknown as Request;
}
