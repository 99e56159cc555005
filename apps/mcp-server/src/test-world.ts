import { createMemoryBus } from '@devmesh/bus';
import { AppError, type Principal } from '@devmesh/contracts';
import { createHealth, createMetrics, silentLogger, systemClock, type Logger } from '@devmesh/runtime';
import { createVault } from '@devmesh/vault';
import type { McpParts, McpResources } from './mcp-parts.ts';
import { startMcpServer, type McpServerParts } from './start-mcp-server.ts';
import { createTestGateway, type TestGateway } from './test-gateway.ts';

export const KEY_OF_A = 'devmesh_key-of-a';
export const KEY_OF_B = 'devmesh_key-of-b';

export function principalOf(name: string): Principal {
  return {
    organizationId: `org_${name}`,
    organizationSlug: name,
    id: `key:${name}`,
    kind: 'key',
    keyId: name,
    label: `key of ${name}`,
    roles: [],
    scopes: ['read', 'write'],
    toolset: 'all',
  };
}

const PRINCIPALS = new Map([
  [KEY_OF_A, principalOf('a')],
  [KEY_OF_B, principalOf('b')],
]);

const resources: McpResources = {
  listContexts: (_principal, { cursor }) =>
    Promise.resolve(
      cursor === undefined
        ? { items: [{ id: 'conv-1', name: 'First' }, { id: 'conv 2/ü' }], nextCursor: 'more' }
        : { items: [{ id: 'conv-3' }] },
    ),
  readContext: (principal, id) =>
    principal.organizationId === 'org_a'
      ? Promise.resolve({ id, metadata: { about: 'checkout' } })
      : Promise.reject(new AppError('not_found', `There is no context ${id}.`)),
  readCall: (_principal, id) => Promise.resolve({ call_id: id }),
  readEvidence: (_principal, id) => Promise.resolve({ id }),
  readStatus: () => Promise.resolve({ status: 'up' }),
};

export interface World {
  url: string;
  port: number;
  road: TestGateway;
  /** How many requests of a key are still allowed. */
  allowance: { left: number };
  revoke(id: string): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  road?: TestGateway;
  bus?: McpParts['bus'];
  config?: Partial<McpParts['config']>;
  logger?: Logger;
  drainMs?: number;
}

const MASTER_KEY = new Uint8Array(32).fill(7);

/** Everything that an MCP server stands on, but for HTTP itself. */
export function testParts({ road = createTestGateway(), bus, config, logger = silentLogger() }: WorldOptions = {}) {
  const metrics = createMetrics({ service: 'test' });
  const revoked = new Set<(id: string) => void>();
  const allowance = { left: Infinity };
  const parts: Omit<McpServerParts, 'port'> = {
    gateway: road.gateway,
    resources,
    vault: createVault({ masterKey: MASTER_KEY }),
    authenticate: (credential) => {
      const principal = PRINCIPALS.get(credential);
      return principal === undefined
        ? Promise.reject(new AppError('unauthenticated', 'This key is not known.'))
        : Promise.resolve(principal);
    },
    takeRequest: () => {
      allowance.left--;
      const allowed = allowance.left >= 0;
      return Promise.resolve({
        allowed,
        retryAfterSeconds: allowed ? 0 : 7,
        headers: { RateLimit: '"default";r=1;t=1', ...(!allowed && { 'Retry-After': '7' }) },
      });
    },
    onRevoked(listener) {
      revoked.add(listener);
      return () => revoked.delete(listener);
    },
    version: '0.0.0-test',
    bus: bus ?? createMemoryBus({ logger, metrics }),
    health: createHealth({ clock: systemClock }),
    config: {
      publicUrl: 'http://localhost:8080',
      allowedHosts: [],
      allowedOrigins: [],
      conformanceFixtures: false,
      bindHost: '127.0.0.1',
      ...config,
    },
    logger,
    metrics,
    clock: systemClock,
  };
  return { parts, road, allowance, revoke: (id: string) => revoked.forEach((listener) => listener(id)) };
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { parts, ...rest } = testParts(options);
  const server = await startMcpServer({ ...parts, port: 0, drainMs: options.drainMs });
  return { ...rest, url: `http://127.0.0.1:${String(server.port)}`, port: server.port, close: server.close };
}
