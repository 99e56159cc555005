import { createServer, type Server } from 'node:net';
import { until } from './until.ts';

/**
 * Runs `work` while no other process on this machine works on the same folder.
 * The lock is a Unix socket with an abstract name: the kernel lets go of it when its holder dies, however it dies.
 */
export async function withLock<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const holder = await until(() => listen(`\0devmesh-servers:${dir}`), {
    forMs: 600_000,
    everyMs: 100,
    what: `waiting for another process that installs or starts the servers in ${dir}`,
  });
  try {
    return await work();
  } finally {
    await new Promise((closed) => holder.close(closed));
  }
}

function listen(name: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(name, () => resolve(server));
  });
}
