import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { rest } from '../clients/rest.ts';
import { startChild, type Child } from './child.ts';
import { freePorts } from './free-ports.ts';
import { PASSWORD } from './owner.ts';
import type { AppName, Platform, PlatformOptions } from './platform.ts';
import { systemsAnswer } from './ready.ts';
import { realServer, startBackingServers, type BackingServers } from './servers.ts';

const APPS: readonly AppName[] = ['rest-api', 'mcp-server', 'worker', 'adapter-prometheus'];
const SLUG = 'e2e-team';
const EMAIL = 'owner@e2e.test';

/** Every app as its own process on Postgres, Valkey and NATS of this platform alone. */
export async function startSeparate(options: PlatformOptions): Promise<Platform> {
  const servers = await startBackingServers();
  const children = new Map<AppName, Child>();
  const earlier: Child[] = [];
  const logs = () =>
    [...earlier, ...children.values()].map((one) => `== ${one.name}\n${one.stdout()}\n${one.stderr()}`).join('\n');

  async function stop(): Promise<void> {
    await Promise.all([...children.values()].filter((child) => child.running()).map((child) => child.end('SIGKILL')));
    await servers.stop();
  }

  try {
    const { shared, own, ports } = await environmentOf(servers, options);
    await migrate(shared, earlier);

    const start = async (name: AppName) => {
      const previous = children.get(name);
      if (previous !== undefined) earlier.push(previous);
      const child = startChild({ name, script: `apps/${name}/src/main.ts`, env: { ...shared, ...own[name] } });
      children.set(name, child);
      await child.line((line) => line.includes('"message":"ready"'));
    };
    await Promise.all(APPS.map(start));
    const restUrl = `http://127.0.0.1:${String(ports.rest)}`;
    const apiKey = await registerFirst(restUrl);
    await systemsAnswer(restUrl, apiKey);

    const app = (name: AppName) => {
      const child = children.get(name);
      if (!child) throw new Error(`${name} was never started`);
      return child;
    };
    return {
      form: 'separate',
      restUrl,
      mcpUrl: `http://127.0.0.1:${String(ports.mcp)}/mcp`,
      apiKey,
      owner: { email: EMAIL, password: PASSWORD },
      organization: { slug: SLUG },
      env: shared,
      servers,
      internalUrls: () =>
        Object.fromEntries(APPS.map((name) => [name, `http://127.0.0.1:${own[name]['METRICS_PORT'] ?? ''}`])),
      app,
      kill: (name, signal = 'SIGKILL') => app(name).end(signal),
      async restart(name) {
        if (app(name).running()) await app(name).end('SIGTERM');
        await start(name);
      },
      logs,
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`the platform did not start: ${(error as Error).message}\n${logs().slice(-5000)}`, {
      cause: error,
    });
  }
}

async function environmentOf(
  { postgres, valkey, nats }: BackingServers,
  { env = {}, prometheusUrl, alertmanagerUrl }: PlatformOptions,
) {
  const [restPort = 0, mcpPort = 0, ...metrics] = await freePorts(2 + APPS.length);
  const shared: Record<string, string> = {
    DATABASE_URL: postgres.url,
    REDIS_URL: valkey.url,
    NATS_URL: nats.url,
    DEVMESH_MASTER_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: `http://127.0.0.1:${String(restPort)}`,
    ...env,
  };
  const metricsOf = (index: number) => ({ METRICS_PORT: String(metrics[index]) });
  const own: Record<AppName, Record<string, string>> = {
    'rest-api': { ...metricsOf(0), REST_PORT: String(restPort), REST_HOST: '127.0.0.1' },
    'mcp-server': {
      ...metricsOf(1),
      MCP_PORT: String(mcpPort),
      MCP_HOST: '127.0.0.1',
      REST_URL: `http://127.0.0.1:${String(restPort)}`,
    },
    worker: metricsOf(2),
    'adapter-prometheus': {
      ...metricsOf(3),
      ADAPTER_PRIVATE_JWK: JSON.stringify(
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
      ),
      DEVMESH_ORG: SLUG,
      PROMETHEUS_URL: prometheusUrl ?? realServer('TEST_PROMETHEUS_URL'),
      ALERTMANAGER_URL: alertmanagerUrl ?? realServer('TEST_ALERTMANAGER_URL'),
    },
  };
  return { shared, own, ports: { rest: restPort, mcp: mcpPort } };
}

async function migrate(env: Record<string, string>, ended: Child[]): Promise<void> {
  const child = startChild({ name: 'migrate', script: 'apps/worker/src/migrate.ts', env });
  ended.push(child);
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`the migration exited ${String(code)}`);
}

async function registerFirst(restUrl: string): Promise<string> {
  const { status, body } = await rest(restUrl).post('/api/v1/auth/register/organization', {
    organization_name: 'E2E team',
    organization_slug: SLUG,
    admin_email: EMAIL,
    admin_name: 'Owner',
    admin_password: PASSWORD,
  });
  if (status !== 201) throw new Error(`registration answered ${String(status)}: ${JSON.stringify(body)}`);
  return String(body['api_key']);
}
