export { createMcpDoor } from './door.ts';
export type { McpDoor } from './door.ts';
export type {
  ContextPage,
  McpConfig,
  McpGateway,
  McpParts,
  McpResources,
  RequestAllowance,
  ServingParts,
} from './mcp-parts.ts';
export { startMcpServer } from './start-mcp-server.ts';
export type { McpServerParts, RunningMcpServer } from './start-mcp-server.ts';
export { serveMcpStdio } from './stdio.ts';
export type { McpStdio } from './stdio.ts';
export { mcpPartsOf } from './parts-of-road.ts';
export { McpSettings } from './settings.ts';
