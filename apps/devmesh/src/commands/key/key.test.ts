import { afterEach, expect, test } from '@jest/globals';
import type { KeyView } from '@devmesh/identity';
import { errorAnswer, run, startFakeServer, type FakeServer, type Routes } from '../../cli/cli.fixtures.ts';

const key: KeyView = {
  id: 'key_1',
  name: 'ci',
  prefix: 'devmesh_abcd',
  scopes: ['read', 'memory:write'],
  toolset: 'observe',
  user_id: 'user_1',
  created_at: '2026-05-01T00:00:00.000Z',
  expires_at: '2026-07-30T00:00:00.000Z',
};

let server: FakeServer | undefined;
afterEach(() => server?.close());
const serve = async (routes: Routes) => (server = await startFakeServer(routes));

test('a new key alone is on stdout, so that it can go into a file; the facts are on stderr', async () => {
  const at = await serve({
    'POST /api/v1/api-keys': () => ({ status: 201, body: { ...key, api_key: 'devmesh_secret' } }),
  });
  const args = [
    'key',
    'create',
    '--name',
    'ci',
    '--scope',
    'read,write',
    '--scope',
    'memory:write',
    '--toolset',
    'observe',
    '--expires-in-days',
    '7',
    '--context-user',
    'alice',
    '--rate-capacity',
    '10',
    '--rate-per-minute',
    '5',
  ];
  expect(await run(at, args)).toEqual({
    code: 0,
    stdout: 'devmesh_secret\n',
    stderr: expect.stringContaining('key_1 "ci": scopes read, memory:write'),
  });
  expect(at.seen[0]?.body).toEqual({
    name: 'ci',
    scopes: ['read', 'write', 'memory:write'],
    toolset: 'observe',
    expires_in_days: 7,
    context_user_id: 'alice',
    rate_limit: { capacity: 10, refillPerMinute: 5 },
  });
  expect(JSON.parse((await run(at, [...args, '-o', 'json'])).stdout)).toEqual({ ...key, api_key: 'devmesh_secret' });
});

test('needs a name, and says so', async () => {
  expect(await run(undefined, ['key', 'create'])).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('devmesh key create --help'),
  });
});

test('granting more than one holds is forbidden, in the server’s words', async () => {
  const at = await serve({
    'POST /api/v1/api-keys': () =>
      errorAnswer(403, 'forbidden', 'Nobody can grant more than they hold.', { suggestion: 'Ask for less.' }),
  });
  expect(await run(at, ['key', 'create', '--name', 'x', '--scope', 'admin'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^forbidden: Nobody.*\n {2}Next: Ask for less\./),
  });
});

test('lists keys with their state, in text, JSON and lines', async () => {
  const keys: KeyView[] = [
    key,
    { ...key, id: 'key_2', expires_at: '2026-05-02T00:00:00.000Z' },
    { ...key, id: 'key_3', revoked_at: '2026-05-03T00:00:00.000Z' },
  ];
  const page = { data: keys, next_cursor: null, has_more: false };
  const at = await serve({ 'GET /api/v1/api-keys': () => ({ body: page }) });
  const { stdout } = await run(at, ['key', 'list']);
  expect(stdout.split('\n').map((line) => /active|expired|revoked/.exec(line)?.[0])).toEqual([
    undefined,
    'active',
    'expired',
    'revoked',
    undefined,
  ]);
  expect(JSON.parse((await run(at, ['key', 'list', '-o', 'json'])).stdout)).toEqual(page);
  expect((await run(at, ['key', 'list', '-o', 'jsonl'])).stdout.trimEnd().split('\n')).toHaveLength(3);
});

test('revokes', async () => {
  const at = await serve({ 'DELETE /api/v1/api-keys/key_1': () => ({ status: 204 }) });
  expect(await run(at, ['key', 'revoke', 'key_1'])).toEqual({ code: 0, stdout: 'key_1 is revoked.\n', stderr: '' });
  expect((await run(at, ['key', 'revoke', 'key_1', '-o', 'jsonl'])).stdout).toBe('{"id":"key_1","revoked":true}\n');
});
