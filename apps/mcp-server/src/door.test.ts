import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createMcpDoor } from './door.ts';
import { post } from './test-client.ts';
import { openWorld, testParts, type World } from './test-world.ts';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
let world: World;

beforeAll(async () => {
  world = await openWorld({ config: { allowedOrigins: ['https://console.example.com'] } });
});
afterAll(() => world.close());

/** fetch() sets Host itself. */
function statusFor(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { port: world.port, path: '/mcp', method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(PING));
  });
}

test('a request without a key is 401 with a challenge that starts no OAuth flow', async () => {
  const response = await fetch(`${world.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(await response.json()).toMatchObject({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32001, message: expect.stringContaining('devmesh key create') },
  });
});

test('an unknown key is 401, in either header', async () => {
  expect((await post(world, PING, { authorization: 'Bearer devmesh_nobody' })).status).toBe(401);
  expect((await post(world, PING, { authorization: 'Basic abc' })).status).toBe(401);
  expect((await post(world, PING, { authorization: '', 'x-api-key': 'devmesh_nobody' })).status).toBe(401);
});

test('a page of a stranger and a name of a stranger are 403', async () => {
  expect((await post(world, PING, { origin: 'https://evil.example' })).status).toBe(403);
  expect(await statusFor({ host: 'evil.example', authorization: 'Bearer devmesh_key-of-a' })).toBe(403);
  expect(
    await statusFor({ host: `127.0.0.1.evil.example:${String(world.port)}`, authorization: 'Bearer devmesh_key-of-a' }),
  ).toBe(403);
});

test('a named origin may call, and its preflight is answered without a key', async () => {
  const origin = 'https://console.example.com';
  const preflight = await fetch(`${world.url}/mcp`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-headers': 'authorization' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
  expect((await post(world, PING, { origin })).status).not.toBe(403);
});

test('bad JSON is a JSON-RPC parse error with status 400', async () => {
  const response = await post(world, '{"jsonrpc": "2.0", secret');
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32700, message: 'Parse error: the body is not valid JSON.' },
  });
});

test('JSON that is no JSON-RPC is an invalid request', async () => {
  const response = await post(world, { hello: 'world' });
  expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32600 } }]);
});

test('a message over 4 MiB is 413, said to a client that is still sending', async () => {
  const response = await post(world, { ...PING, params: { text: 'x'.repeat(5 * 1024 * 1024) } });
  expect([response.status, await response.json()]).toMatchObject([
    413,
    { jsonrpc: '2.0', error: { message: expect.stringContaining('4 MiB') } },
  ]);
});

test('a body of another type is 415, a client that takes no stream 406, another method 405', async () => {
  expect((await post(world, PING, { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await post(world, PING, { accept: 'application/json' })).status).toBe(406);
  expect((await post(world, PING, { accept: '*/*' })).status).not.toBe(406);
  const put = await fetch(`${world.url}/mcp`, { method: 'PUT', headers: { authorization: 'Bearer devmesh_key-of-a' } });
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE, OPTIONS']);
});

test('an unknown toolset in the address is 404 with the ones there are', async () => {
  const response = await post(world, PING, {}, '/mcp/t/observe,nonsense');
  expect([response.status, await response.json()]).toMatchObject([
    404,
    { error: { message: expect.stringContaining('Toolsets: all') } },
  ]);
});

test('an address that is not MCP is 404, and so are the fixtures where they are off', async () => {
  for (const path of ['/', '/mcp/t', '/mcp/t/', '/mcp/t/a/b', '/mcpx', '/mcp/conformance'])
    expect((await post(world, PING, {}, path)).status).toBe(404);
});

test('a request over the limit is 429 with the headers and when to come back', async () => {
  const limited = await openWorld();
  limited.allowance.left = 0;
  const response = await post(limited, PING);
  expect(response.status).toBe(429);
  expect([response.headers.get('retry-after'), response.headers.get('ratelimit')]).toEqual(['7', '"default";r=1;t=1']);
  expect(await response.json()).toMatchObject({
    error: { code: -32029, data: { retryable: true, details: { retry_after_seconds: 7 } } },
  });
  await limited.close();
});

test('a session operation without a session is 400', async () => {
  const headers = { authorization: 'Bearer devmesh_key-of-a', accept: 'text/event-stream' };
  expect((await fetch(`${world.url}/mcp`, { headers })).status).toBe(400);
  expect((await fetch(`${world.url}/mcp`, { method: 'DELETE', headers })).status).toBe(400);
});

test('every answer carries the request id that the client gave', async () => {
  const response = await post(world, PING, { 'x-correlation-id': 'my-request-7' });
  expect(response.headers.get('x-request-id')).toBe('my-request-7');
});

test('the fixtures are refused where the server could be reached from outside', () => {
  const { parts } = testParts({ config: { conformanceFixtures: true, bindHost: '0.0.0.0' } });
  expect(() => createMcpDoor(parts)).toThrow('MCP_CONFORMANCE_FIXTURES');
});

test('with the fixtures on, they need no key and the real tools still do', async () => {
  const open = await openWorld({ config: { conformanceFixtures: true } });
  const anonymous = { authorization: '' };
  expect((await post(open, { hello: 'world' }, anonymous, '/mcp/conformance')).status).toBe(400);
  expect((await post(open, PING, anonymous)).status).toBe(401);
  await open.close();
});

test('a port that is taken is named', async () => {
  const { startMcpServer } = await import('./start-mcp-server.ts');
  await expect(startMcpServer({ ...testParts().parts, port: world.port })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(String(world.port)),
  });
});
