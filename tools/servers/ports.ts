import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** `preferred` where nothing listens on it yet, else some free port of 127.0.0.1. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(20_000, firstEphemeralPort());
    if (await isFree(port)) return port;
  }
  throw new Error('no free port on 127.0.0.1 in 100 tries');
}

// Below the range from which the kernel numbers outgoing connections: while a server is away, a client that reconnects
// to a port of that range can be given the same port as its own, be connected to itself, and keep the server out.
function firstEphemeralPort(): number {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  const first = Number(range.split(/\s+/)[0]);
  return first > 20_100 ? Math.min(first, 32_768) : 32_768;
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
