import { afterEach, expect, test } from '@jest/globals';
import type { StatusReport } from '@devmesh/platform';
import { run, startFakeServer, type FakeServer } from '../cli/cli.fixtures.ts';

const report: StatusReport = {
  status: 'up',
  dependencies: {
    database: { state: 'up', since: '2026-05-04T10:00:00.000Z' },
    bus: { state: 'degraded', reason: 'slow' },
  },
  systems: [
    {
      system: 'prometheus',
      state: 'announcing',
      known_by: 'its last announcement',
      heard_at: '2026-05-04T11:59:59.000Z',
      version: '0.1.0',
      tools: 9,
      connections: ['main'],
    },
  ],
};

let server: FakeServer | undefined;
afterEach(() => server?.close());

test('shows dependencies and systems, in text and JSON', async () => {
  server = await startFakeServer({ 'GET /api/v1/status': () => ({ body: report }) });
  const { code, stdout } = await run(server, ['status']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/database +up +2026-05-04T10:00:00.000Z\nbus +degraded +slow/);
  expect(stdout).toMatch(/prometheus +announcing +9 +0\.1\.0 +main +its last announcement/);
  expect(JSON.parse((await run(server, ['status', '-o', 'json'])).stdout)).toEqual(report);
});

test('exits 1 when it is down', async () => {
  server = await startFakeServer({ 'GET /api/v1/status': () => ({ body: { ...report, status: 'down' } }) });
  expect(await run(server, ['status'])).toMatchObject({ code: 1, stderr: expect.stringContaining('is down') });
});

test('without a key it still says up or down, and sends none', async () => {
  server = await startFakeServer({
    'GET /readyz': () => ({ status: 503, body: { status: 'down', reason: 'dependency' } }),
  });
  const environment = { DEVMESH_URL: server.url };
  expect(await run(undefined, ['status'], { environment })).toMatchObject({
    code: 1,
    stdout: `${server.url} is down (dependency).\n`,
  });
  expect(JSON.parse((await run(undefined, ['status', '-o', 'jsonl'], { environment })).stdout)).toEqual({
    status: 'down',
    reason: 'dependency',
  });
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
});
