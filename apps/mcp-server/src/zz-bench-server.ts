import { createServer } from 'node:http';
import { createMcpHandler, McpServer, isInitializeRequest } from '@modelcontextprotocol/server';
import { toNodeHandler, NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createMemoryCache } from '@devmesh/cache';
import { createQuota } from '@devmesh/quota';
import { createMetrics, systemClock } from '@devmesh/runtime';
import { testParts } from './test-world.ts';
import { startMcpServer } from './start-mcp-server.ts';
import { createTestGateway, testTool } from './test-gateway.ts';

const kind = process.argv[2];
if (kind === 'bare') {
  const factory = () => {
    const s = new McpServer({ name: 'echo', version: '1' });
    s.registerTool(
      'demo_echo',
      { description: 'echo', inputSchema: z.object({ message: z.string() }) },
      ({ message }) => ({ content: [{ type: 'text', text: message }], structuredContent: { echo: message } }),
    );
    return s;
  };
  const modern = toNodeHandler(createMcpHandler(factory));
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  const server = createServer(async (req, res) => {
    if (req.headers['mcp-protocol-version'] === '2026-07-28') return void modern(req as never, res as never);
    const id = req.headers['mcp-session-id'] as string | undefined;
    if (id !== undefined) return void sessions.get(id)!.handleRequest(req, res);
    const t = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (sid) => void sessions.set(sid, t),
    });
    await factory().connect(t);
    void t.handleRequest(req, res);
  });
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as any).port}`));
} else {
  const n = Number(process.argv[3] ?? 1);
  const tools = [
    testTool('demo.echo', async ({ message }) => ({ echo: String(message) })),
    ...Array.from({ length: n - 1 }, (_, i) => testTool(`many.t${i}`, async () => ({ echo: '' }))),
  ];
  const road = createTestGateway(tools);
  road.made.push = () => 0;
  const { parts } = testParts({ road });
  const metrics = createMetrics({ service: 'x' });
  const quota = createQuota({
    cache: createMemoryCache({ clock: systemClock, metrics } as never),
    clock: systemClock,
    metrics,
    defaults: { rateLimit: { capacity: 1e9, refillPerMinute: 1e9 } },
  });
  const s = await startMcpServer({ ...parts, takeRequest: (p) => quota.takeRequest(p), port: 0 });
  console.log(`http://127.0.0.1:${s.port}`);
}
