import { createRoad, openServers, RoadSettings, ServerSettings } from '@devmesh/assembly';
import { startProcess } from '@devmesh/runtime';
import { z } from 'zod';
import { forwardRest } from './forward-rest.ts';
import { mcpPartsOf } from './parts-of-road.ts';
import { McpServerSettings } from './settings.ts';
import { startMcpServer } from './start-mcp-server.ts';
import { VERSION } from './version.ts';

await startProcess({
  service: 'mcp-server',
  schema: z.object({ ...RoadSettings.shape, ...ServerSettings.shape, ...McpServerSettings.shape }),
  async start({ config, ...process }) {
    const road = createRoad(await openServers(config, process, 'mcp-server'), process, config);
    process.lifecycle.onStop('road', await road.start());
    const mcpConfig = {
      publicUrl: config.PUBLIC_URL,
      allowedHosts: config.MCP_ALLOWED_HOSTS,
      allowedOrigins: config.MCP_ALLOWED_ORIGINS,
      conformanceFixtures: config.MCP_CONFORMANCE_FIXTURES,
      bindHost: config.MCP_HOST,
    };
    const otherwise = forwardRest(config.REST_URL, process.health, process.logger);
    const server = await startMcpServer({ ...mcpPartsOf(road, mcpConfig, VERSION), port: config.MCP_PORT, otherwise });
    process.lifecycle.onStop('mcp', () => server.close());
    process.logger.info('ready', { port: server.port });
  },
});
