/** A server of a test's own, to kill and restart. The part of `tools/servers` that is used here. */
export interface OwnServer {
  readonly url: string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

type ServerName = 'postgres' | 'valkey' | 'nats' | 'prometheus' | 'alertmanager';

interface ServersModule {
  startExtra(name: ServerName): Promise<OwnServer>;
}

export interface BackingServers {
  postgres: OwnServer;
  valkey: OwnServer;
  nats: OwnServer;
  stop(): Promise<void>;
}

// By address and not by import: tools are no part of any project, and are built after all of them.
const SERVERS = new URL('../../../tools/servers/index.ts', import.meta.url).href;

/** Postgres, Valkey and NATS of this platform alone: two platforms on one NATS would answer each other's calls. */
export async function startBackingServers(): Promise<BackingServers> {
  const { startExtra } = (await import(SERVERS)) as ServersModule;
  const [postgres, valkey, nats] = await Promise.all([
    startExtra('postgres'),
    startExtra('valkey'),
    startExtra('nats'),
  ]);
  return {
    postgres,
    valkey,
    nats,
    stop: async () => void (await Promise.all([postgres, valkey, nats].map((server) => server.stop()))),
  };
}

/** The real server that `npm run test:integration` brought up; an absent one fails, it is not skipped. */
export function realServer(variable: 'TEST_PROMETHEUS_URL' | 'TEST_ALERTMANAGER_URL'): string {
  const url = process.env[variable];
  if (url === undefined || url === '')
    throw new Error(
      `${variable} is not set: run \`npm run test:integration\`, or eval "$(npx node tools/servers/main.ts env)"`,
    );
  return url.replace(/\/$/, '');
}
