/** A NATS server of a test's own, to kill and freeze. The part of `tools/servers` that these tests use. */
export interface OwnServer {
  readonly url: string;
  kill(signal?: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Servers {
  startExtra(name: 'nats', options?: { config?: string }): Promise<OwnServer>;
}

// By address and not by import: tools are no part of any project, and are built after all of them.
const SERVERS = new URL('../../../../tools/servers/index.ts', import.meta.url).href;

export async function startNats(config = ''): Promise<OwnServer> {
  const { startExtra } = (await import(SERVERS)) as Servers;
  return startExtra('nats', { config });
}
