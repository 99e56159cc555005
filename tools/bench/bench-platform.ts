import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild, type Child } from './child.ts';

export interface BenchPlatform extends Child {
  url: string;
  apiKey: string;
  folder: string;
  /** Stops it and starts it again on the same data. */
  reopen(): Promise<Child>;
  remove(): Promise<void>;
}

/** The platform in one process, in a folder of its own, with a limit that no load here reaches. */
export async function benchPlatform(tools: number): Promise<BenchPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'devmesh-bench-'));
  const port = await freePort();
  const env = {
    DEVMESH_DATA_DIR: folder,
    REST_PORT: String(port),
    MCP_PORT: String(port),
    RATE_LIMIT_CAPACITY: '10000000',
    RATE_LIMIT_PER_MINUTE: '10000000',
    CONCURRENT_CALLS: '200',
  };
  const start = () => startChild('platform.ts', [String(tools)], env);
  const child = await start();
  return {
    ...child,
    url: child.ready.url,
    apiKey: child.ready.apiKey ?? '',
    folder,
    reopen: start,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
