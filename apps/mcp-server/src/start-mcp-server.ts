import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@devmesh/contracts';
import { createMcpDoor } from './door.ts';
import type { McpParts } from './mcp-parts.ts';

export interface McpServerParts extends McpParts {
  /** 0 takes any free one. */
  port: number;
  /** What answers every address that is not MCP's: health, and `/api/v1` where it is forwarded. Default: 404. */
  otherwise?: RequestListener | undefined;
  /** How long running calls may take to end when the server stops. Default 10 s. */
  drainMs?: number | undefined;
}

export interface RunningMcpServer {
  port: number;
  /** Takes nothing new, ends streams, lets calls end, breaks off what is left at the deadline. */
  close(): Promise<void>;
}

const DRAIN_MS = 10_000;
const SWEEP_MS = 50;
const SERVER_OPTIONS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  // Longer than the 60 s of the usual load balancers, so that it is they who close an idle connection.
  keepAliveTimeout: 72_000,
  maxHeaderSize: 32 * 1024,
};

/** Serves MCP over HTTP. @throws unavailable when the port is taken. */
export async function startMcpServer({
  port,
  otherwise,
  drainMs = DRAIN_MS,
  ...parts
}: McpServerParts): Promise<RunningMcpServer> {
  const door = createMcpDoor(parts);
  const handler: RequestListener = (request, response) => {
    (otherwise === undefined || door.owns(request.url) ? door.handler : otherwise)(request, response);
  };
  const server = createServer(SERVER_OPTIONS, handler);
  await door.start();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(portError(error, port));
    });
    server.listen(port, parts.config.bindHost, resolve);
  }).catch(async (error: unknown) => {
    await door.close();
    throw error;
  });

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    await door.endStreams();
    // A connection that becomes idle after its last answer would otherwise be kept until its time-out.
    const sweep = setInterval(() => {
      server.closeIdleConnections();
    }, SWEEP_MS);
    const deadline = setTimeout(() => {
      server.closeAllConnections();
    }, drainMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(deadline);
    await door.close();
  }

  return { port: (server.address() as AddressInfo).port, close };
}

function portError(error: NodeJS.ErrnoException, port: number): unknown {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  const reason = error.code === 'EACCES' ? 'may not be opened by this user' : 'is in use by another process';
  return new AppError('unavailable', `Port ${String(port)} ${reason}.`, {
    cause: error,
    suggestion: `Set MCP_PORT to another port, or see who has it: \`lsof -i :${String(port)}\`.`,
  });
}
