import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Session } from './session.ts';

const HEADERS = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };

/**
 * Says `initialize` on the client's behalf: it did so itself to another replica, or to this one before a restart, and
 * nothing but its words are needed to go on from there.
 */
export async function introduce(session: Session, authInfo: AuthInfo): Promise<void> {
  const headers = new Headers({ ...HEADERS, 'mcp-session-id': session.id });
  const { signal } = new AbortController();
  const request = { method: 'POST', url: 'http://localhost/mcp', headers, signal } as unknown as Request;
  const hello = { jsonrpc: '2.0', id: 'adopt', method: 'initialize', params: session.opening };
  await (await session.handle(request, hello, authInfo)).text();
  await session.handle(request, { jsonrpc: '2.0', method: 'notifications/initialized' }, authInfo);
}
