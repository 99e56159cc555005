import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSignInLink } from '../clients/browser.ts';
import { startChild, type Child } from './child.ts';
import { freePorts } from './free-ports.ts';
import { PASSWORD } from './owner.ts';
import type { Platform, PlatformOptions } from './platform.ts';
import { systemsAnswer } from './ready.ts';
import { realServer } from './servers.ts';

/** What the process says when it is ready and has no terminal. */
export interface ReadyLine {
  rest_url: string;
  mcp_url: string;
  data_dir: string;
  organization: string;
  owner: string;
  systems: string[];
  ready_ms: number;
  first_access_file?: string;
}

/** `npm start`, on a folder and ports of its own. */
export function startDevmesh(env: Readonly<Record<string, string>>): Child {
  return startChild({ name: 'devmesh', script: 'apps/devmesh/src/main.ts', args: ['start'], env });
}

export async function readyLine(child: Child): Promise<ReadyLine> {
  return JSON.parse(await child.line((line) => line.startsWith('{"event":"ready"'))) as ReadyLine;
}

/** The environment of a first start: a new folder, free ports, the real Prometheus. */
export async function freshEnvironment({ prometheusUrl, alertmanagerUrl, env = {} }: PlatformOptions = {}): Promise<
  Record<string, string>
> {
  const [rest = 0, mcp = 0, metrics = 0] = await freePorts(3);
  return {
    DEVMESH_DATA_DIR: join(await mkdtemp(join(tmpdir(), 'devmesh-e2e-')), 'data'),
    REST_PORT: String(rest),
    MCP_PORT: String(mcp),
    METRICS_PORT: String(metrics),
    PROMETHEUS_URL: prometheusUrl ?? realServer('TEST_PROMETHEUS_URL'),
    ALERTMANAGER_URL: alertmanagerUrl ?? realServer('TEST_ALERTMANAGER_URL'),
    ...env,
  };
}

export async function removeFolder(env: Readonly<Record<string, string>>): Promise<void> {
  await rm(join(env['DEVMESH_DATA_DIR'] ?? '', '..'), { recursive: true, force: true });
}

export async function readFirstAccess(path: string | undefined): Promise<{ api_key?: string; sign_in_url?: string }> {
  if (path === undefined) throw new Error('the ready line names no first-access file');
  return JSON.parse(await readFile(path, 'utf8')) as { api_key?: string; sign_in_url?: string };
}

export async function startOneProcess(options: PlatformOptions): Promise<Platform> {
  const env = await freshEnvironment(options);
  let child = startDevmesh(env);
  const earlier: Child[] = [];
  const restUrl = `http://127.0.0.1:${env['REST_PORT'] ?? ''}`;

  async function stop(): Promise<void> {
    if (child.running()) await child.end('SIGKILL');
    await removeFolder(env);
  }

  try {
    const line = await readyLine(child);
    const { api_key: apiKey = '', sign_in_url: link = '' } = await readFirstAccess(line.first_access_file);
    await openSignInLink(link, PASSWORD);
    await systemsAnswer(restUrl, apiKey);
    return {
      form: 'one-process',
      restUrl,
      mcpUrl: `http://127.0.0.1:${env['MCP_PORT'] ?? ''}/mcp`,
      apiKey,
      owner: { email: line.owner, password: PASSWORD },
      organization: { slug: line.organization },
      env,
      servers: undefined,
      internalUrls: () => ({ devmesh: `http://127.0.0.1:${env['METRICS_PORT'] ?? ''}` }),
      app: () => child,
      kill: (_name, signal = 'SIGKILL') => child.end(signal),
      async restart() {
        if (child.running()) await child.end('SIGTERM');
        earlier.push(child);
        child = startDevmesh(env);
        await readyLine(child);
        await systemsAnswer(restUrl, apiKey);
      },
      logs: () => [...earlier, child].map((one) => `${one.stdout()}\n${one.stderr()}`).join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
