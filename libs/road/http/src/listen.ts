import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AppError } from '@devmesh/contracts';

export interface Listening {
  port: number;
  /** Takes nothing new, finishes what is running, breaks off what is left at the deadline. */
  close(options?: { deadlineMs?: number }): Promise<void>;
}

export interface ListenOptions {
  /** 0 takes any free one. */
  port: number;
  /** Default: every address. */
  host?: string;
  /** Asked first, before anything of the door: true when it has taken the request for itself. */
  first?(request: IncomingMessage, response: ServerResponse): boolean;
}

const DEADLINE_MS = 10_000;
const SWEEP_MS = 50;

const SERVER_OPTIONS = {
  // Slow senders: the headers within 10 s, a whole request (25 MB included) within 2 minutes.
  headersTimeout: 10_000,
  requestTimeout: 120_000,
  // Longer than the 60 s of the usual load balancers, so that it is they who close an idle connection.
  keepAliveTimeout: 72_000,
  maxHeaderSize: 16 * 1024,
};

/** @throws unavailable when the port is taken. */
export async function listen(handler: RequestListener, { port, host, first }: ListenOptions): Promise<Listening> {
  const server = createServer(SERVER_OPTIONS, (request, response) => {
    if (first?.(request, response) !== true) handler(request, response);
  });
  server.on('clientError', refuse);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(portError(error, port));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: ({ deadlineMs = DEADLINE_MS } = {}) => closeWithin(server, deadlineMs),
  };
}

async function closeWithin(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  // A connection that becomes idle after its last answer would otherwise be kept until its time-out.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, SWEEP_MS);
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, deadlineMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

function portError(error: NodeJS.ErrnoException, port: number): unknown {
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return error;
  const reason = error.code === 'EACCES' ? 'may not be opened by this user' : 'is in use by another process';
  return new AppError('unavailable', `Port ${String(port)} ${reason}.`, {
    cause: error,
    suggestion: `Choose another port, or see who has it: \`lsof -i :${String(port)}\`.`,
  });
}

const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
};

/** What is not HTTP never reaches Express; it is answered in our form all the same. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = REFUSALS[error.code ?? ''] ?? ['400 Bad Request', 'This is not a valid HTTP request.'];
  const body = JSON.stringify({ error: { code: 'invalid_input', message } });
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n`;
  socket.end(head + body);
}
