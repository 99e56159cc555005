import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';
import { redact } from './redact.ts';

export interface InternalServerOptions {
  /** 0 takes any free port. */
  port: number;
  metrics: Metrics;
  health: Health;
  /** Every address by default: Prometheus and the kubelet come from outside the container. */
  host?: string;
}

/** What operators' machines ask: /metrics, /livez, /readyz and /healthz (with reasons). Never on the public port. */
export async function startInternalServer({
  port,
  metrics,
  health,
  host,
}: InternalServerOptions): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, (request, response) => {
    answer(request, response, metrics, health).catch(() => send(response, 500, { status: 'down' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Metrics,
  health: Health,
): Promise<void> {
  const path = request.url?.split('?', 1)[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { error: 'GET only' });
  if (path === '/livez') return send(response, 200, { status: 'up' });
  if (path === '/metrics') return sendText(response, 200, metrics.contentType, await metrics.text());
  if (path === '/readyz' || path === '/healthz' || path === '/health') {
    const report = await health.report();
    return send(response, report.status === 'up' ? 200 : 503, redact(report));
  }
  send(response, 404, { error: 'not found', paths: ['/metrics', '/livez', '/readyz', '/healthz'] });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json; charset=utf-8', JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
