import { access } from 'node:fs/promises';
import { createRoad } from '@devmesh/assembly';
import { AppError } from '@devmesh/contracts';
import { mcpPartsOf, serveMcpStdio } from '@devmesh/mcp-server';
import { VERSION } from '@devmesh/rest-api';
import type { FolderLock } from '@devmesh/store';
import { serveJobs } from '@devmesh/worker';
import { openEmbeddedInfra } from '../start/open-embedded-infra.ts';
import { loadSystemKey } from '../start/system-key.ts';
import { serveSystems, SYSTEMS } from '../start/systems.ts';
import type { StdioContext } from './stdio-settings.ts';
import type { StdioWire } from './stdio-wire.ts';

/** Clients start programs in folders that nobody expects. @throws AppError `not_found` where there is no folder. */
export async function assertIsDataFolder(folder: string): Promise<void> {
  try {
    await access(folder);
  } catch {
    throw nothingIn(folder);
  }
}

/** Nobody else has the folder: this process opens it, and holds it for as long as the client is there. */
export async function serveFolder(
  folder: string,
  lock: FolderLock,
  { apiKey, wire }: { apiKey: string; wire: StdioWire },
  context: StdioContext,
): Promise<void> {
  const { config, lifecycle } = context;
  lifecycle.onStop('data folder', () => lock.release());
  const infra = await openEmbeddedInfra({ folder, lock, masterKey: config.DEVMESH_MASTER_KEY }, context);
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${String(config.REST_PORT)}`;
  const road = createRoad(infra, context, { ...config, PUBLIC_URL: publicUrl });
  lifecycle.onStop('road', await road.start());
  const first = await road.identity.firstOrganization();
  if (first === undefined) throw nothingIn(folder);
  const principal = await road.identity.authenticate(apiKey);
  lifecycle.onStop('jobs', await serveJobs(road));
  const organizationSlug = config.DEVMESH_ORG ?? first.slug;
  lifecycle.onStop(
    'systems',
    await serveSystems(SYSTEMS, {
      ...context,
      bus: infra.bus,
      systemKey: await loadSystemKey(folder),
      organizationSlug,
    }),
  );
  const parts = mcpPartsOf(
    road,
    { publicUrl, allowedHosts: [], allowedOrigins: [], conformanceFixtures: false, bindHost: '127.0.0.1' },
    VERSION,
  );
  const stdio = serveMcpStdio({ ...parts, takeRequest: stillKnown }, principal, wire);
  lifecycle.onStop('stdio', () => stdio.close());
  await stdio.closed;

  // A key that expires while its client is there is noticed, as over HTTP.
  async function stillKnown(...[caller]: Parameters<typeof parts.takeRequest>) {
    await road.identity.authenticate(apiKey);
    return parts.takeRequest(caller);
  }
}

function nothingIn(folder: string): AppError {
  return new AppError('not_found', `There is no DevMesh in ${folder}.`, {
    suggestion:
      'Run `devmesh start` there once, or set DEVMESH_DATA_DIR to the folder of the one that you use (the whole path).',
  });
}
