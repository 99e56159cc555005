import type { Load } from './load.ts';

const VERSION = '2026-07-28';

/** `tools/call` of an echo tool, as a stateless client of 2026-07-28 sends it. */
export function mcpLoad(
  url: string,
  tool: string,
  apiKey: string | undefined,
  size: Pick<Load, 'concurrency' | 'requests'>,
): Load {
  return {
    ...size,
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': VERSION,
      'mcp-method': 'tools/call',
      'mcp-name': tool,
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    },
    body: (n) =>
      JSON.stringify({
        jsonrpc: '2.0',
        id: n,
        method: 'tools/call',
        params: {
          name: tool,
          arguments: { text: 'a payload of some forty characters, more or less' },
          _meta: {
            'io.modelcontextprotocol/protocolVersion': VERSION,
            'io.modelcontextprotocol/clientCapabilities': {},
            'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
          },
        },
      }),
  };
}
