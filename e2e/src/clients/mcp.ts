import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Json } from './rest.ts';

export const ERAS = ['modern', 'legacy'] as const;
export type Era = (typeof ERAS)[number];

export interface McpClient {
  client: Client;
  /** `structuredContent` of the call's result. */
  call(tool: string, args?: Record<string, unknown>): Promise<Json>;
  close(): Promise<void>;
}

/** The v2 client, in the era that it is told; with `onAsked` one that can show its person a link, and then accepts. */
export async function connectMcp(
  mcpUrl: string,
  key: string,
  era: Era,
  onAsked?: (message: string) => Promise<void>,
): Promise<McpClient> {
  const mode = era === 'legacy' ? ('legacy' as const) : { pin: '2026-07-28' };
  const capabilities = onAsked === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client({ name: 'e2e', version: '1' }, { capabilities, versionNegotiation: { mode } });
  if (onAsked !== undefined) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      await onAsked(params.message);
      return { action: 'accept', content: {} };
    });
  }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(mcpUrl), {
      requestInit: { headers: { authorization: `Bearer ${key}` } },
    }),
  );
  return {
    client,
    async call(name, args = {}) {
      return (await client.callTool({ name, arguments: args })).structuredContent;
    },
    close: () => client.close(),
  };
}
