import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client';
import { KEY_OF_A, type World } from './test-world.ts';

export type Era = 'legacy' | 'modern';

export interface TestClient {
  client: Client;
  sessionId(): string | undefined;
  close(): Promise<void>;
}

export interface TestClientOptions extends ClientOptions {
  path?: string;
  key?: string;
  /** Before the connection: handlers for what the server asks. */
  prepare?(client: Client): void;
}

/** The v2 client, in the era that it is told. */
export async function connect(
  { url }: Pick<World, 'url'>,
  era: Era,
  { path = '/mcp', key = KEY_OF_A, prepare, ...options }: TestClientOptions = {},
): Promise<TestClient> {
  const mode = era === 'legacy' ? ('legacy' as const) : { pin: '2026-07-28' };
  const client = new Client({ name: 'test', version: '1' }, { ...options, versionNegotiation: { mode } });
  prepare?.(client);
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  const transport = new StreamableHTTPClientTransport(new URL(path, url), { requestInit });
  await client.connect(transport);
  return { client, sessionId: () => transport.sessionId, close: () => client.close() };
}

/** One POST as a program without an SDK makes it. */
export function post(
  { url }: Pick<World, 'url'>,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/mcp',
): Promise<Response> {
  return fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${KEY_OF_A}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export function initialize(protocolVersion: string, capabilities: object = {}): object {
  return {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion, capabilities, clientInfo: { name: 'raw', version: '1' } },
  };
}

/** The messages of an event stream, one by one. */
export async function* messagesOf(response: Response): AsyncGenerator<Record<string, unknown>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = event.split('\n').filter((line) => line.startsWith('data: '));
      if (data.length > 0) yield JSON.parse(data.map((line) => line.slice(6)).join('\n')) as Record<string, unknown>;
    }
  }
}
