import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

export interface Platform {
  restPort: number;
  mcpPort: number;
  /** The first key. */
  apiKey: string;
  stop(): Promise<void>;
}

/** What the owner's password is; a page shows a sign-in link, which only a browser can take. */
export const OWNER_PASSWORD = 'Correct-Horse-1';

const START_MS = 50_000;
const STOP_MS = 20_000;

/** `npm start` in a copy of the repository, on ports of its own. @throws Error with what it said when it does not get ready. */
export async function startPlatform(folder: string, systems: Readonly<Record<string, string>>): Promise<Platform> {
  const [restPort, mcpPort] = await freePorts();
  const child = spawn('npm', ['start'], {
    cwd: folder,
    // A group of its own: npm, its shell and the platform end together.
    detached: true,
    env: {
      ...process.env,
      ...systems,
      NODE_OPTIONS: '',
      REST_PORT: String(restPort),
      MCP_PORT: String(mcpPort),
      DEVMESH_INIT_PASSWORD: OWNER_PASSWORD,
    },
  });
  try {
    const accessFile = await ready(child);
    // Whatever it says later is read and let go, or it would wait for a reader.
    child.stdout.resume();
    const { api_key: apiKey } = JSON.parse(readFileSync(accessFile, 'utf8')) as { api_key: string };
    return { restPort, mcpPort, apiKey, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** The file with key and link, once the start line has named it. */
async function ready(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const timer = setTimeout(() => signal(child, 'SIGKILL'), START_MS);
  try {
    for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
      said.push(line);
      if (line.startsWith('{"event":"ready"'))
        return (JSON.parse(line) as { first_access_file: string }).first_access_file;
    }
    throw new Error(`npm start did not get ready:\n${said.join('\n')}`);
  } finally {
    clearTimeout(timer);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  signal(child, 'SIGTERM');
  const late = delay(STOP_MS, 'late' as const, { ref: false });
  if ((await Promise.race([ended, late])) === 'late') signal(child, 'SIGKILL');
  await ended;
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, name);
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const [one = 0, other = 0] = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return [one, other];
}
