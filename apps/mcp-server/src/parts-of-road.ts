import type { Road } from '@devmesh/assembly';
import type { McpConfig, McpParts, McpResources } from './mcp-parts.ts';

/** What this door needs of the road. */
export function mcpPartsOf(road: Road, config: McpConfig, version: string): McpParts {
  const { gateway, vault, identity, quota, bus, health, logger, metrics, clock } = road;
  return {
    gateway,
    vault,
    bus,
    health,
    logger,
    metrics,
    clock,
    config,
    version,
    resources: resourcesOf(road),
    authenticate: (credential) => identity.authenticate(credential),
    takeRequest: (principal) => quota.takeRequest(principal),
    onRevoked: (listener) => identity.onRevoked(listener),
  };
}

function resourcesOf({ memory, gateway, evidence, status }: Road): McpResources {
  return {
    async listContexts(principal, { cursor, limit }) {
      const page = await memory.list(principal, { limit, ...(cursor !== undefined && { cursor }) });
      const items = page.data.map(({ id, name }) => ({ id, ...(name !== null && { name }) }));
      return { items, ...(page.next_cursor !== null && { nextCursor: page.next_cursor }) };
    },
    readContext: (principal, id) => memory.get(principal, id, { include_content: true }),
    readCall: async (principal, id) => (await gateway.answerOf(principal, id)).reply,
    readEvidence: async (principal, id) => (await evidence.read(principal, id)).text,
    readStatus: (principal) => status(principal),
  };
}
