import { envFlag, envList, envPort } from '@devmesh/runtime';
import { z } from 'zod';

/** What the MCP door may be told, in every form. */
export const McpSettings = z.object({
  MCP_PORT: envPort().default(8080).describe('Port of MCP.'),
  MCP_ALLOWED_HOSTS: envList()
    .default([])
    .describe('Host names that requests may name beside those of PUBLIC_URL and of this machine; comma-separated.'),
  MCP_ALLOWED_ORIGINS: envList().default([]).describe('Exact origins whose pages may call; comma-separated.'),
  MCP_CONFORMANCE_FIXTURES: envFlag()
    .default(false)
    .describe('Serves /mcp/conformance without a key, for the conformance suite; loopback only.'),
});
export type McpSettings = z.infer<typeof McpSettings>;

/** What the separate process is told on top. */
export const McpServerSettings = z.object({
  ...McpSettings.shape,
  MCP_HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  REST_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Where /api/v1 is forwarded to: clients of the predecessors ask for it on this port.'),
});
export type McpServerSettings = z.infer<typeof McpServerSettings>;
