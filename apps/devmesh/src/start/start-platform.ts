import { resolve } from 'node:path';
import type { Adapter } from '@devmesh/adapter';
import { createRoad, type Road } from '@devmesh/assembly';
import { createRestDoor, VERSION } from '@devmesh/rest-api';
import type { ProcessContext } from '@devmesh/runtime';
import { lockFolder } from '@devmesh/store';
import { serveJobs } from '@devmesh/worker';
import { addressesOf, type Addresses } from './addresses.ts';
import { ensureFirstAccess } from './first-access.ts';
import { mountMcp } from './mount-mcp.ts';
import { openEmbeddedInfra } from './open-embedded-infra.ts';
import { assertPortFree } from './port-owner.ts';
import type { StartSettings } from './settings.ts';
import type { StartFacts } from './start-block.ts';
import { loadSystemKey } from './system-key.ts';
import { serveSystems, SYSTEMS, systemsOfEnvironment } from './systems.ts';

/**
 * Everything in one process on an embedded store, up when this resolves; the lifecycle stops it again.
 * @throws AppError `conflict` when another process has the data folder, `unavailable` when a port is taken.
 */
export async function startPlatform(
  context: ProcessContext<StartSettings>,
  adapters: readonly Adapter[] = SYSTEMS,
): Promise<StartFacts> {
  const startedAt = performance.now();
  const { config, lifecycle } = context;
  const addresses = addressesOf(config);
  const folder = resolve(config.DEVMESH_DATA_DIR);
  const lock = await lockFolder(folder, { rest_url: addresses.restUrl, mcp_url: addresses.mcpUrl });
  lifecycle.onStop('data folder', () => lock.release());
  await assertPortFree(config.REST_PORT, addresses.host, 'REST_PORT');
  await assertPortFree(config.MCP_PORT, addresses.host, 'MCP_PORT');

  const infra = await openEmbeddedInfra({ folder, lock, masterKey: config.DEVMESH_MASTER_KEY }, context);
  const road = createRoad(infra, context, { ...config, PUBLIC_URL: addresses.publicUrl });
  lifecycle.onStop('road', await road.start());
  lifecycle.onStop('jobs', await serveJobs(road));
  const access = await ensureFirstAccess(road, config, addresses.publicUrl);
  const organizationSlug = config.DEVMESH_ORG ?? access.organization.slug;
  const systemKey = await loadSystemKey(folder);
  lifecycle.onStop(
    'systems',
    await serveSystems(adapters, { ...context, bus: infra.bus, systemKey, organizationSlug }),
  );
  await openDoors(road, context, addresses);
  const systems = systemsOfEnvironment(adapters, config);
  return { ...addresses, folder, access, systems, readyMs: performance.now() - startedAt };
}

// Both ports answer everything.
async function openDoors(
  road: Road,
  { config, lifecycle }: ProcessContext<StartSettings>,
  { host, publicUrl }: Addresses,
): Promise<void> {
  const { CORS_ORIGINS: corsOrigins, TRUST_PROXY: trustProxy = false } = config;
  const door = createRestDoor(road, { corsOrigins, trustProxy, version: VERSION });
  const mcp = await mountMcp(road, config, publicUrl);
  lifecycle.onStop('mcp', () => mcp.close());
  for (const port of new Set([config.REST_PORT, config.MCP_PORT])) {
    const listening = await door.listen({ port, host, first: (request, response) => mcp.first(request, response) });
    lifecycle.onStop(`http ${String(port)}`, () => listening.close());
  }
  lifecycle.onStop('mcp streams', () => mcp.endStreams());
}
