import { resolve } from 'node:path';
import { createRoad } from '@devmesh/assembly';
import { AppError } from '@devmesh/contracts';
import { mcpPartsOf, serveMcpStdio } from '@devmesh/mcp-server';
import { VERSION } from '@devmesh/rest-api';
import { startProcess, type ProcessContext } from '@devmesh/runtime';
import { lockFolder, readFolderLock } from '@devmesh/store';
import { serveJobs } from '@devmesh/worker';
import { z } from 'zod';
import { openEmbeddedInfra } from '../start/open-embedded-infra.ts';
import { StartSettings } from '../start/settings.ts';
import { loadSystemKey } from '../start/system-key.ts';
import { serveSystems, SYSTEMS } from '../start/systems.ts';
import { bridgeToHttp } from './bridge.ts';

const StdioSettings = z.object({
  ...StartSettings.shape,
  DEVMESH_API_KEY: z.string().min(1).describe('The key under which this client works.'),
});
type StdioSettings = z.infer<typeof StdioSettings>;

/** `devmesh mcp --stdio`: MCP over standard input and output. Standard output is the protocol: logs go to standard error. */
export async function runMcp(): Promise<void> {
  await startProcess({ service: 'devmesh-mcp', schema: StdioSettings, logDestination: 'stderr', start: serve });
}

async function serve(context: ProcessContext<StdioSettings>): Promise<void> {
  const { config, lifecycle } = context;
  const folder = resolve(config.DEVMESH_DATA_DIR);
  const holder = await readFolderLock(folder);
  const url = holder?.alive === true ? holder.facts['mcp_url'] : undefined;
  const closed =
    typeof url === 'string' ? bridgeToHttp(new URL(url), config.DEVMESH_API_KEY, context) : serveHere(folder, context);
  await explain(closed);
  await lifecycle.stop();
}

// Nobody has the folder: this process opens it, and holds it for as long as the client is there.
async function serveHere(folder: string, context: ProcessContext<StdioSettings>): Promise<void> {
  const { config, lifecycle } = context;
  const lock = await lockFolder(folder, {});
  lifecycle.onStop('data folder', () => lock.release());
  const infra = await openEmbeddedInfra({ folder, lock, masterKey: config.DEVMESH_MASTER_KEY }, context);
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${String(config.REST_PORT)}`;
  const road = createRoad(infra, context, { ...config, PUBLIC_URL: publicUrl });
  lifecycle.onStop('road', await road.start());
  lifecycle.onStop('jobs', await serveJobs(road));
  const principal = await road.identity.authenticate(config.DEVMESH_API_KEY);
  const organizationSlug = config.DEVMESH_ORG ?? (await road.identity.firstOrganization())?.slug ?? '';
  lifecycle.onStop(
    'systems',
    await serveSystems(SYSTEMS, { ...context, bus: infra.bus, systemKey: await loadSystemKey(folder), organizationSlug }),
  );
  const parts = mcpPartsOf(
    road,
    { publicUrl, allowedHosts: [], allowedOrigins: [], conformanceFixtures: false, bindHost: '127.0.0.1' },
    VERSION,
  );
  const stdio = serveMcpStdio(parts, principal);
  lifecycle.onStop('stdio', () => stdio.close());
  await stdio.closed;
}

async function explain(closed: Promise<void>): Promise<void> {
  try {
    await closed;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n${error.suggestion === undefined ? '' : `${error.suggestion}\n`}`);
    process.exitCode = error.code === 'unauthenticated' ? 4 : 1;
  }
}
