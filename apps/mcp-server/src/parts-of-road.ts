import type { Road } from '@devmesh/assembly';
import type { Principal } from '@devmesh/contracts';
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

function resourcesOf({ memory, gateway, evidence, status, noteDone }: Road): McpResources {
  const noted = async <Value>(principal: Principal, uri: string, read: Promise<Value>): Promise<Value> => {
    const value = await read;
    noteDone(principal, { action: 'resource.read', target: uri });
    return value;
  };
  return {
    async listContexts(principal, { cursor, limit }) {
      const page = await memory.list(principal, { limit, ...(cursor !== undefined && { cursor }) });
      const items = page.data.map(({ id, name }) => ({ id, ...(name !== null && { name }) }));
      return { items, ...(page.next_cursor !== null && { nextCursor: page.next_cursor }) };
    },
    readContext: (principal, id) =>
      noted(principal, `devmesh://contexts/${id}`, memory.get(principal, id, { include_content: true })),
    readCall: async (principal, id) =>
      (await noted(principal, `devmesh://calls/${id}`, gateway.answerOf(principal, id))).reply,
    readEvidence: async (principal, id) =>
      (await noted(principal, `devmesh://evidence/${id}`, evidence.read(principal, id))).text,
    readStatus: (principal) => noted(principal, 'devmesh://status', status(principal)),
  };
}
