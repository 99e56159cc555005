import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { prometheus } from './adapter.ts';
import type { PrometheusClients } from './context.ts';
import { PrometheusSettings, type PrometheusCredential } from './settings.ts';

/** A server that behaves as a test says. */
export interface FakeUpstream {
  url: string;
  /** What was asked, in order: `POST /api/v2/silences`. */
  asked: string[];
  /** Resolves when a client has closed a connection before it had its whole answer. */
  abandoned: Promise<string>;
  close(): Promise<void>;
}

export async function startUpstream(answer: RequestListener): Promise<FakeUpstream> {
  const asked: string[] = [];
  const { promise: abandoned, resolve } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    const what = `${request.method ?? ''} ${request.url?.split('?')[0] ?? ''}`;
    asked.push(what);
    response.once('close', () => {
      if (!response.writableFinished) resolve(what);
    });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    asked,
    abandoned,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function json(status: number, body: unknown): RequestListener {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

export function text(status: number, contentType: string, body: string): RequestListener {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}

/** The adapter's own clients of one server that is Prometheus and Alertmanager at once. Without the guardrail, unless told. */
export function clientsOf(
  url: string,
  settings: Record<string, unknown> = {},
  credential: PrometheusCredential = {},
): PrometheusClients {
  const parsed = PrometheusSettings.parse({ alertmanager_url: url, cost_guardrail: 'off', ...settings });
  return prometheus.connect({ name: 'default', environment: 'test', endpoint: url, settings: parsed, credential });
}
