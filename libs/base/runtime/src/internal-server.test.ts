import { expect, test } from '@jest/globals';
import { createHealth } from './health.ts';
import { startInternalServer } from './internal-server.ts';
import { createMetrics } from './metrics.ts';

test('answers metrics, liveness and readiness with reasons', async () => {
  const health = createHealth({ clock: () => new Date(0) });
  health.add('postgres', () => ({ state: 'down', reason: 'postgres://u:hunter2@db refused' }));
  const server = await startInternalServer({
    port: 0,
    host: '127.0.0.1',
    metrics: createMetrics({ service: 's', defaults: true }),
    health,
  });
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${String(server.port)}${path}`, init);
  try {
    expect(await (await get('/metrics')).text()).toContain('process_cpu_user_seconds_total');
    expect((await get('/livez')).status).toBe(200);
    const ready = await get('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'down',
      dependencies: { postgres: { reason: 'postgres://u:[redacted]@db refused' } },
    });
    expect((await get('/other')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
  } finally {
    await server.close();
  }
});

test('says when the port is taken', async () => {
  const options = {
    host: '127.0.0.1',
    metrics: createMetrics({ service: 's' }),
    health: createHealth({ clock: () => new Date(0) }),
  };
  const first = await startInternalServer({ ...options, port: 0 });
  await expect(startInternalServer({ ...options, port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await first.close();
});
