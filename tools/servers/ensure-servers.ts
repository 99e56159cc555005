import { join } from 'node:path';
import { alertArrival } from './alert-arrival.ts';
import type { Suite } from './apt.ts';
import { catalog, type ServerName, type ServerVariable, type Shared } from './catalog.ts';
import { removeAbandoned } from './down.ts';
import { makeServersDir, serversDir } from './home.ts';
import { launch } from './launch.ts';
import { withLock } from './lock.ts';
import { ensurePrograms, programsDir } from './packages.ts';
import { freePort } from './ports.ts';
import { end } from './process.ts';
import { isRunning, planHash, readRecord, writeRecord } from './record.ts';
import type { ServerOptions } from './server-kind.ts';
import { settle } from './settle.ts';

/** The environment of an integration test: every server's URL, and the folder with their logs and data. */
export type ServerUrls = Record<ServerVariable | 'TEST_SERVERS_DIR', string>;

export type EnsureOptions = { env?: NodeJS.ProcessEnv; say?: (line: string) => void };

/**
 * Answers where the servers are, having installed and started what was missing. A URL already given in `env` is
 * taken as it is, unasked; `up` asks it.
 * @throws ServersUnavailable when something is missing and this machine cannot install it
 */
export async function ensureServers({ env = process.env, say = () => {} }: EnsureOptions = {}): Promise<ServerUrls> {
  const dir = serversDir(env);
  const urls: Partial<ServerUrls> = { TEST_SERVERS_DIR: dir };
  const missing: [ServerName, Shared][] = [];
  for (const [name, shared] of Object.entries(catalog(dir)) as [ServerName, Shared][]) {
    const given = givenUrl(env, dir, name, shared);
    if (given) urls[shared.variable] = given;
    else missing.push([name, shared]);
  }
  if (missing.length > 0) {
    makeServersDir(dir);
    Object.assign(urls, await withLock(dir, () => startMissing(dir, missing, urls, say)));
  }
  return urls as ServerUrls;
}

/** Where everything is that runs or is given; nothing is started. Answers undefined for what is not there. */
export function knownUrls(env: NodeJS.ProcessEnv = process.env): Partial<ServerUrls> {
  const dir = serversDir(env);
  const urls: Partial<ServerUrls> = { TEST_SERVERS_DIR: dir };
  for (const [name, shared] of Object.entries(catalog(dir)) as [ServerName, Shared][]) {
    const record = readRecord(dir, name);
    const url = givenUrl(env, dir, name, shared) ?? (record && isRunning(record) ? record.url : undefined);
    if (url) urls[shared.variable] = url;
  }
  return urls;
}

/** The URL given in `env`, unless it is one that we gave out ourselves: then the server is ours to start again. */
export function givenUrl(env: NodeJS.ProcessEnv, dir: string, name: ServerName, shared: Shared): string | undefined {
  const given = env[shared.variable];
  return given && given !== readRecord(dir, name)?.url ? given : undefined;
}

async function startMissing(
  dir: string,
  missing: [ServerName, Shared][],
  given: Partial<ServerUrls>,
  say: (line: string) => void,
): Promise<Partial<ServerUrls>> {
  await removeAbandoned(dir);
  const suites = new Set<Suite>(missing.map(([, { kind }]) => kind.suite));
  await settle([...suites].map((suite) => ensurePrograms(dir, suite, say)));
  const ports = new Map<ServerName, number>();
  for (const [name, shared] of missing) ports.set(name, await portOf(dir, name, shared));
  const alertmanager = given.TEST_ALERTMANAGER_URL ?? `http://127.0.0.1:${ports.get('alertmanager')}`;
  const started = missing.map(async ([name, shared]) => {
    const options = name === 'prometheus' ? { alertmanagerUrl: alertmanager } : {};
    return [shared.variable, await ensureOne(dir, name, shared, ports.get(name) ?? shared.port, options, say)] as const;
  });
  const urls = Object.fromEntries(await settle(started));
  if (ports.has('prometheus') && ports.has('alertmanager')) await alertArrival(alertmanager);
  return urls;
}

/** The port it has, had, or would like; a free one where that is somebody else's. */
async function portOf(dir: string, name: ServerName, { port }: Shared): Promise<number> {
  const record = readRecord(dir, name);
  return record && isRunning(record) ? record.port : freePort(record?.port ?? port);
}

async function ensureOne(
  dir: string,
  name: ServerName,
  { kind }: Shared,
  port: number,
  options: ServerOptions,
  say: (line: string) => void,
): Promise<string> {
  const own = join(dir, name);
  const plan = kind.plan({ dir: own, port, programs: programsDir(dir, kind.suite) }, options);
  const record = readRecord(dir, name);
  if (record && isRunning(record)) {
    const serves = record.planHash === planHash(plan) && (await kind.version(plan.url).catch(() => undefined));
    if (serves) return plan.url;
    await end(record.process, record.endSignal);
  }
  const begun = performance.now();
  const process = await launch(own, kind, plan);
  writeRecord(dir, name, {
    url: plan.url,
    port,
    endSignal: kind.endSignal,
    dir: own,
    planHash: planHash(plan),
    process,
  });
  say(`${name} started in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return plan.url;
}
