import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { ConnectionView } from '@devmesh/connections';
import {
  emptyFolder,
  errorAnswer,
  run,
  startFakeServer,
  type FakeServer,
  type Routes,
} from '../../cli/cli.fixtures.ts';

const connection: ConnectionView = {
  id: 'conn_1',
  system: 'prometheus',
  name: 'main',
  environment: 'prod',
  endpoint: 'http://prometheus:9090',
  settings: { max_series: 100 },
  has_credential: true,
  is_default: true,
  origin: 'stored',
  version: 4,
};

let server: FakeServer | undefined;
afterEach(() => server?.close());
const serve = async (routes: Routes) => (server = await startFakeServer(routes));
const ONE = '/api/v1/connections/conn_1';

test('adds a system; the credential comes from a file', async () => {
  const at = await serve({ 'POST /api/v1/connections': () => ({ status: 201, body: connection }) });
  const folder = emptyFolder();
  writeFileSync(join(folder, 'token.json'), '{"token":"s3cret"}');
  const args = [
    'connection',
    'create',
    'prometheus',
    '--name',
    'main',
    '--endpoint',
    'http://prometheus:9090',
    '--environment',
    'prod',
  ];
  const { code, stdout, stderr } = await run(
    at,
    [...args, '--settings', '{"a":1}', '--setting', 'max_series:=100', '--credential-file', 'token.json'],
    { folder },
  );
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/credential +sealed\nsettings +\{"max_series":100\}/),
  });
  expect(stdout + stderr).not.toContain('s3cret');
  expect(at.seen[0]?.body).toEqual({
    system: 'prometheus',
    name: 'main',
    endpoint: 'http://prometheus:9090',
    environment: 'prod',
    settings: { a: 1, max_series: 100 },
    credential: { token: 's3cret' },
  });
  expect(JSON.parse((await run(at, [...args, '-o', 'json'])).stdout)).toEqual(connection);
});

test('a credential that is no JSON is never quoted', async () => {
  const { code, stderr } = await run(
    { url: 'http://localhost:1' },
    ['connection', 'create', 'prometheus', '--name', 'x', '--credential-file', '-'],
    { stdin: 's3cret' },
  );
  expect(code).toBe(2);
  expect(stderr).not.toContain('s3cret');
});

test('lists and shows, in text and JSON', async () => {
  const own: ConnectionView = {
    ...connection,
    id: 'env:prometheus:default',
    origin: 'environment',
    has_credential: false,
    is_default: false,
  };
  const page = { data: [connection, own], next_cursor: null, has_more: false };
  const at = await serve({
    'GET /api/v1/connections': () => ({ body: page }),
    'GET /api/v1/connections/env%3Aprometheus%3Adefault': () => ({ body: own }),
  });
  const { stdout } = await run(at, ['connection', 'list', '--system', 'prometheus']);
  expect(stdout).toMatch(/conn_1 +prometheus +main +yes +prod +stored +http:\/\/prometheus:9090\n/);
  expect(at.seen[0]?.query).toEqual({ system: 'prometheus' });
  expect(JSON.parse((await run(at, ['connection', 'list', '-o', 'json'])).stdout)).toEqual(page);
  expect((await run(at, ['connection', 'show', 'env:prometheus:default'])).stdout).toMatch(
    /credential +the adapter's own/,
  );
});

test('one setting changes under the version that was read; the others stay', async () => {
  const at = await serve({
    [`GET ${ONE}`]: () => ({ body: connection }),
    [`PATCH ${ONE}`]: () => ({ body: connection }),
  });
  expect(await run(at, ['connection', 'update', 'conn_1', '--setting', 'cost_guardrail=off'])).toMatchObject({
    code: 0,
  });
  expect(at.seen[1]).toMatchObject({
    body: { settings: { max_series: 100, cost_guardrail: 'off' } },
    headers: { 'if-match': '"4"' },
  });
});

test('changes only what is named, and can forget endpoint and credential', async () => {
  const at = await serve({ [`PATCH ${ONE}`]: () => ({ body: connection }) });
  await run(at, [
    'connection',
    'update',
    'conn_1',
    '--default',
    '--no-endpoint',
    '--no-credential',
    '--name',
    'b',
    '--settings',
    '{}',
  ]);
  expect(at.seen[0]?.body).toEqual({ name: 'b', is_default: true, endpoint: null, credential: null, settings: {} });
  expect(await run(at, ['connection', 'update', 'conn_1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nothing to change'),
  });
});

test('deletes, and says who may', async () => {
  const at = await serve({
    [`DELETE ${ONE}`]: () => ({ status: 204 }),
    'DELETE /api/v1/connections/other': () => errorAnswer(403, 'forbidden', 'This needs the scope admin.'),
  });
  expect((await run(at, ['connection', 'delete', 'conn_1'])).stdout).toBe('conn_1 is deleted.\n');
  expect(await run(at, ['connection', 'delete', 'other'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('devmesh key create --help'),
  });
});

test('facts that the next step points to are shown', async () => {
  const details = { schema: { type: 'object' } };
  const at = await serve({
    [`PATCH ${ONE}`]: () =>
      errorAnswer(400, 'invalid_input', 'settings.x is unknown.', {
        suggestion: 'Send what `details.schema` describes.',
        details,
      }),
  });
  expect(await run(at, ['connection', 'update', 'conn_1', '--settings', '{"x":1}'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Details: {"schema":{"type":"object"}}'),
  });
});
