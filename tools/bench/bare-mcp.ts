import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { sayReady } from './child.ts';

// The baseline: the SDK alone with one echo tool, no key, no policy, no limit, no audit.
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bare', version: '1.0.0' });
  const shape = z.object({ text: z.string() });
  server.registerTool(
    'bench_echo',
    { description: 'Gives back what it is given.', inputSchema: shape, outputSchema: shape },
    ({ text }) => ({
      content: [{ type: 'text', text }],
      structuredContent: { text },
    }),
  );
  return server;
});

// The adapter's own request type predates exactOptionalPropertyTypes.
const server = createServer(toNodeHandler(handler) as RequestListener);
server.listen(0, '127.0.0.1', () =>
  sayReady({
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`,
    readyMs: performance.now(),
  }),
);
process.once('SIGTERM', () => process.exit(0));
