import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { createProgram } from '../program.ts';
import type { Io, Screen } from './io.ts';
import { runCli } from './run-cli.ts';
import { CliSettings } from './settings.ts';

export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: unknown;
}
export interface Answer {
  status?: number;
  body?: unknown;
  /** Instead of a JSON body. */
  raw?: string;
  headers?: Record<string, string>;
}
/** By `METHOD /path`; what is not there answers 404 as the server does. `undefined` never answers. */
export type Routes = Record<string, (request: SeenRequest) => Answer | undefined>;

export interface FakeServer {
  url: string;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/** A real HTTP server that answers as the test says. */
export async function startFakeServer(routes: Routes): Promise<FakeServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void seenOf(request).then((each) => {
      seen.push(each);
      const route = routes[`${each.method} ${each.path}`];
      const answer = route === undefined ? errorAnswer(404, 'not_found', `There is no ${each.path}.`) : route(each);
      if (answer === undefined) return;
      response.writeHead(answer.status ?? 200, {
        'content-type': answer.raw === undefined ? 'application/json' : 'text/html',
        ...answer.headers,
      });
      response.end(answer.status === 204 ? undefined : (answer.raw ?? JSON.stringify(answer.body)));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    close: () => closed(server),
  };
}

export function errorAnswer(status: number, code: string, message: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { error: { code, message, retryable: false, request_id: 'req_1', ...more } } };
}

async function seenOf(request: IncomingMessage): Promise<SeenRequest> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
  const body = await text(request);
  return {
    method: request.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: request.headers,
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => {
    server.close(() => {
      done();
    });
  });
}

export interface RunOptions {
  environment?: Partial<CliSettings>;
  stdin?: string;
  folder?: string;
  home?: string;
  /** Columns of a terminal; none when absent. */
  terminal?: number;
  colors?: boolean;
  interruption?: AbortSignal;
}
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one command line in this process, at `server`, with a key. Waits until it has ended. */
export async function run(
  server: { url: string } | undefined,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const out = { stdout: '', stderr: '' };
  const screen = (name: 'stdout' | 'stderr'): Screen => ({
    write: (chunk) => (out[name] += chunk),
    isTerminal: options.terminal !== undefined,
    hasColors: options.colors ?? false,
    width: options.terminal,
  });
  const io: Io = {
    stdout: screen('stdout'),
    stderr: screen('stderr'),
    readStdin: () => Promise.resolve(options.stdin ?? ''),
    environment: () =>
      Promise.resolve(
        CliSettings.parse({ ...(server && { DEVMESH_URL: server.url, DEVMESH_API_KEY: KEY }), ...options.environment }),
      ),
    folder: options.folder ?? emptyFolder(),
    home: options.home ?? emptyFolder(),
    clock: () => new Date('2026-05-04T12:00:00.000Z'),
    interruption: () => options.interruption ?? new AbortController().signal,
  };
  const code = await runCli(args, createProgram(io), io);
  return { code, ...out };
}

export const KEY = 'devmesh_0123456789012345678901234567890123456789abc';

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'devmesh-cli-'));
}
