import { createMemoryBus } from '@devmesh/bus';
import type { Announcement, Principal } from '@devmesh/contracts';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { generateSystemKey, type SystemKey } from '@devmesh/vault';
import { createConnections, type Connections } from './connections.ts';
import type { ConnectionsOptions } from './deps.ts';

export function handClock(start = '2026-11-20T12:00:00Z') {
  let nowMs = new Date(start).getTime();
  const clock = () => new Date(nowMs);
  return Object.assign(clock, { pass: (ms: number) => void (nowMs += ms) });
}

export function openConnections(db: Db, clock: () => Date, options: Partial<ConnectionsOptions> = {}): Connections {
  const logger = silentLogger();
  const bus = createMemoryBus({ logger, metrics: createMetrics({ service: 'test' }) });
  return createConnections({ db, bus, clock, logger, ...options });
}

/** An administrator of an organisation of that slug. */
export function adminOf(slug: string, changed: Partial<Principal> = {}): Principal {
  return {
    organizationId: `org_${slug}`,
    organizationSlug: slug,
    id: `key:key_${slug}`,
    kind: 'key',
    label: `key of ${slug}`,
    roles: [],
    scopes: ['read', 'admin'],
    toolset: 'all',
    ...changed,
  };
}

export const systemKey = (): Promise<SystemKey> => generateSystemKey();

/** What a Prometheus adapter says of itself. */
export function announcementOf(publicJwk: Record<string, unknown>, changed: Partial<Announcement> = {}): Announcement {
  return {
    system: 'prometheus',
    title: 'Prometheus',
    appVersion: '1.0.0',
    instance: 'inst_1',
    publicJwk,
    settingsSchema: {
      type: 'object',
      properties: { alertmanager_url: { type: 'string', format: 'uri' } },
      additionalProperties: false,
    },
    credentialSchema: {
      type: 'object',
      properties: { token: { type: 'string', minLength: 3 } },
      additionalProperties: false,
    },
    environmentConnections: [],
    tools: [],
    ...changed,
  };
}
