import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { AppError } from '@devmesh/contracts';

/** Throws `unavailable` that names who has the port, where that can be found out. */
export async function assertPortFree(port: number, host: string, variable: string): Promise<void> {
  if (port === 0) return;
  const failure = await bindFailure(port, host);
  if (failure === undefined) return;
  if (failure.code !== 'EADDRINUSE')
    throw new AppError('unavailable', `Port ${String(port)} cannot be opened (${failure.code ?? failure.message}).`, {
      suggestion: `Choose another: ${variable}=${String(port + 10_000)} npm start`,
    });
  const owner = ownerOf(port);
  throw new AppError('unavailable', `Port ${String(port)} is in use${owner === undefined ? '' : ` by ${owner}`}.`, {
    suggestion: `Stop it, or choose another port: ${variable}=${String(port + 10_000)} npm start`,
  });
}

function bindFailure(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

// Linux says it in /proc, as far as this user may look; elsewhere nobody is named.
function ownerOf(port: number): string | undefined {
  try {
    const inodes = new Set(
      ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listenersIn(readFileSync(file, 'utf8'), port)),
    );
    const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, inodes));
    return pid === undefined ? undefined : `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (pid ${pid})`;
  } catch {
    return undefined;
  }
}

const LISTEN = '0A';

function listenersIn(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([, local, , state, , , , , , inode]) =>
    local?.endsWith(wanted) === true && state === LISTEN && inode !== undefined ? [inode] : [],
  );
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) =>
      inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? ''),
    );
  } catch {
    return false;
  }
}
