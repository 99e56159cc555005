import { resolve } from 'node:path';
import { createRoad } from '@devmesh/assembly';
import { AppError } from '@devmesh/contracts';
import { createRestDoor, VERSION } from '@devmesh/rest-api';
import { startProcess, type ProcessContext } from '@devmesh/runtime';
import { lockFolder } from '@devmesh/store';
import { serveJobs } from '@devmesh/worker';
import { ensureFirstAccess, writeFirstAccess } from './first-access.ts';
import { mountMcp } from './mount-mcp.ts';
import { openEmbeddedInfra } from './open-embedded-infra.ts';
import { assertPortFree } from './port-owner.ts';
import { StartSettings } from './settings.ts';
import { startBlock, startLine, type StartFacts } from './start-block.ts';
import { loadSystemKey } from './system-key.ts';
import { serveSystems } from './systems.ts';

/** `devmesh start`: everything in one process on an embedded store. */
export async function runStart(): Promise<void> {
  await startProcess({
    service: 'devmesh',
    schema: StartSettings,
    start: (context) => explained(() => start(context), context),
  });
}

async function start(context: ProcessContext<StartSettings>): Promise<void> {
  const startedAt = performance.now();
  const { config, lifecycle } = context;
  const host = config.REST_HOST;
  const publicUrl = (config.PUBLIC_URL ?? `http://localhost:${String(config.REST_PORT)}`).replace(/\/$/, '');
  const restUrl = `http://localhost:${String(config.REST_PORT)}`;
  const mcpUrl = `http://localhost:${String(config.MCP_PORT)}/mcp`;
  const folder = resolve(config.DEVMESH_DATA_DIR);
  const lock = await lockFolder(folder, { rest_url: restUrl, mcp_url: mcpUrl });
  lifecycle.onStop('data folder', () => lock.release());
  await assertPortFree(config.REST_PORT, host, 'REST_PORT');
  await assertPortFree(config.MCP_PORT, host, 'MCP_PORT');

  const infra = await openEmbeddedInfra({ folder, lock, masterKey: config.DEVMESH_MASTER_KEY }, context);
  const road = createRoad(infra, context, { ...config, PUBLIC_URL: publicUrl });
  lifecycle.onStop('road', await road.start());
  lifecycle.onStop('jobs', await serveJobs(road));
  const access = await ensureFirstAccess(road, config, publicUrl);
  const organizationSlug = config.DEVMESH_ORG ?? access.organization.slug;
  lifecycle.onStop(
    'systems',
    await serveSystems({ ...context, bus: infra.bus, systemKey: await loadSystemKey(folder), organizationSlug }),
  );

  const door = createRestDoor(road, {
    corsOrigins: config.CORS_ORIGINS,
    trustProxy: config.TRUST_PROXY ?? false,
    version: VERSION,
  });
  const mcp = await mountMcp(road, config, publicUrl);
  lifecycle.onStop('mcp', () => mcp.close());
  for (const port of new Set([config.REST_PORT, config.MCP_PORT])) {
    const listening = await door.listen({ port, host, first: (request, response) => mcp.first(request, response) });
    lifecycle.onStop(`http ${String(port)}`, () => listening.close());
  }
  lifecycle.onStop('mcp streams', () => mcp.endStreams());
  const metricsUrl =
    config.METRICS_PORT === undefined ? undefined : `http://localhost:${String(config.METRICS_PORT)}/metrics`;
  const systems = config.PROMETHEUS_URL === undefined && config.ALERTMANAGER_URL === undefined ? [] : ['prometheus'];
  await announce({
    restUrl,
    mcpUrl,
    publicUrl,
    metricsUrl,
    folder,
    access,
    systems,
    readyMs: performance.now() - startedAt,
  });
}

async function announce(facts: StartFacts): Promise<void> {
  if (process.stdout.isTTY) process.stdout.write(startBlock(facts));
  else process.stdout.write(`${startLine(facts, await writeFirstAccess(facts.folder, facts.access))}\n`);
}

// A taken port or folder is somebody's next step, not a stack trace.
async function explained(run: () => Promise<void>, { lifecycle }: ProcessContext<StartSettings>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n${error.suggestion === undefined ? '' : `${error.suggestion}\n`}`);
    await lifecycle.stop();
    process.exitCode = 1;
  }
}
