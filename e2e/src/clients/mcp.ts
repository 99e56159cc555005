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

/** The v2 client, in the era that it is told. */
export async function connectMcp(mcpUrl: string, key: string, era: Era): Promise<McpClient> {
  const mode = era === 'legacy' ? ('legacy' as const) : { pin: '2026-07-28' };
  const client = new Client({ name: 'e2e', version: '1' }, { versionNegotiation: { mode } });
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
