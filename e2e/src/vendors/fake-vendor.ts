import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** Resolves when the caller's connection has ended before it was answered, or after. */
  closed: Promise<void>;
}

/** Answers, or does not: a request that nobody ends hangs. */
export type Behaviour = (seen: Seen, response: ServerResponse) => void;

export interface FakeVendor {
  url: string;
  /** Every request so far, oldest first. */
  seen: readonly Seen[];
  close(): Promise<void>;
}

/** A Prometheus or Alertmanager that behaves as the test says. */
export async function startVendor(behave: Behaviour): Promise<FakeVendor> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.once('end', () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://vendor');
      const one: Seen = {
        method: request.method ?? '',
        path: pathname,
        query: searchParams,
        headers: request.headers,
        body,
        closed,
      };
      seen.push(one);
      behave(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** What Prometheus answers an instant query with. */
export function vector(series: readonly { metric: Record<string, string>; value: string }[]) {
  return {
    status: 'success',
    data: {
      resultType: 'vector',
      result: series.map(({ metric, value }) => ({ metric, value: [1_763_000_000, value] })),
    },
  };
}
