import { createMemoryBus } from '@devmesh/bus';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestGateway } from '../test-gateway.ts';
import { connect, initialize, messagesOf, post } from '../test-client.ts';
import { KEY_OF_A, KEY_OF_B, openWorld, type World } from '../test-world.ts';

const road = createTestGateway();
let here: World;
let there: World;

// Two replicas: one road, one bus, one key of the vault, nothing else in common.
beforeEach(async () => {
  const bus = createMemoryBus({ logger: silentLogger(), metrics: createMetrics({ service: 'test' }) });
  [here, there] = await Promise.all([openWorld({ road, bus }), openWorld({ road, bus })]);
});
afterEach(() => Promise.all([here.close(), there.close()]));

async function begin(world: World, version = '2025-11-25', capabilities: object = {}): Promise<Record<string, string>> {
  const response = await post(world, initialize(version, capabilities));
  await response.text();
  const headers = { 'mcp-session-id': response.headers.get('mcp-session-id') ?? '', 'mcp-protocol-version': version };
  await post(world, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
  return headers;
}

const callTool = (id: number, name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

async function answerTo(response: Response): Promise<Record<string, unknown>> {
  for await (const message of messagesOf(response)) if ('result' in message || 'error' in message) return message;
  throw new Error('the stream ended without an answer');
}

async function untilCalled(count: number): Promise<void> {
  while (road.made.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test('a session goes on at a replica that never met it', async () => {
  const session = await begin(here);
  const answer = await answerTo(await post(there, callTool(1, 'demo_echo', { message: 'hi' }), session));
  expect(answer).toMatchObject({ result: { structuredContent: { data: { echo: 'hi' } } } });
});

test('a session survives the replica that began it', async () => {
  const session = await begin(here);
  await here.close();
  expect(await answerTo(await post(there, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, session))).toHaveProperty(
    'result.tools',
  );
  here = await openWorld({ road });
});

test('a session id of another principal is 404, whoever holds it', async () => {
  const session = await begin(here);
  const stranger = { ...session, authorization: `Bearer ${KEY_OF_B}` };
  for (const world of [here, there]) {
    const response = await post(world, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, stranger);
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: -32001 } }]);
  }
});

test('an invented session id is 404', async () => {
  const response = await post(
    here,
    { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    { 'mcp-session-id': 'eyJhbGciOiJkaXIifQ..a.b.c' },
  );
  expect(response.status).toBe(404);
});

test('an ended session is 404 at every replica', async () => {
  const session = await begin(here);
  await (await post(there, { jsonrpc: '2.0', id: 1, method: 'ping' }, session)).text();
  const ended = await fetch(`${here.url}/mcp`, {
    method: 'DELETE',
    headers: { ...session, authorization: `Bearer ${KEY_OF_A}` },
  });
  expect(ended.status).toBe(200);
  for (const world of [here, there])
    expect((await post(world, { jsonrpc: '2.0', id: 2, method: 'ping' }, session)).status).toBe(404);
});

test('an answer that arrives at the other replica reaches the one that asked', async () => {
  const session = await begin(here, '2025-11-25', { elicitation: {} });
  const count = road.made.length;
  const stream = messagesOf(await post(here, callTool(7, 'demo_silence', { message: 'quiet' }), session));
  const question = (await stream.next()).value as { id: string; method: string };
  expect(question).toMatchObject({
    method: 'elicitation/create',
    params: { message: expect.stringContaining('/approvals/') },
  });
  await road.approve(road.made.at(-1)?.id ?? '');
  const posted = await post(
    there,
    { jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: {} } },
    session,
  );
  expect(posted.status).toBe(202);
  expect((await stream.next()).value).toMatchObject({
    id: 7,
    result: { structuredContent: { status: 'succeeded', data: { echo: 'quiet' } } },
  });
  expect(road.made).toHaveLength(count + 1);
});

test('a cancel that arrives at the other replica reaches the running call', async () => {
  const session = await begin(here);
  const count = road.made.length;
  const response = await post(here, callTool(9, 'demo_wait'), session);
  await untilCalled(count + 1);
  const signal = road.made.at(-1)?.options.signal;
  const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
  await post(there, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 9 } }, session);
  await aborted;
  expect(await response.text()).toBe('');
});

test('a request id that is still running in the session is refused', async () => {
  const session = await begin(here);
  const count = road.made.length;
  const running = await post(here, callTool(3, 'demo_wait'), session);
  await untilCalled(count + 1);
  const twice = await post(here, callTool(3, 'demo_echo'), session);
  expect([twice.status, await twice.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining('still running') } },
  ]);
  await running.body?.cancel();
});

test('batches are for the revisions that have them', async () => {
  const batch = [callTool(1, 'demo_echo', { message: 'one' }), callTool(2, 'demo_echo', { message: 'two' })];
  const refused = await post(here, batch, await begin(here, '2025-06-18'));
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining('2025-06-18') } },
  ]);
  const session = await begin(here, '2025-03-26');
  const ids: unknown[] = [];
  for await (const { id } of messagesOf(await post(here, batch, session))) ids.push(id);
  expect(ids.sort()).toEqual([1, 2]);
});

test('every revision since 2024-11-05 gets the one it asked for', async () => {
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
    expect(await answerTo(await post(here, initialize(version)))).toMatchObject({
      result: { protocolVersion: version, serverInfo: { name: 'devmesh' } },
    });
  }
});

test('a revoked key loses its stream, another one keeps its session', async () => {
  const streamOf = (session: Record<string, string>, key: string) =>
    fetch(`${here.url}/mcp`, { headers: { ...session, accept: 'text/event-stream', authorization: `Bearer ${key}` } });
  const first = await streamOf(await begin(here), KEY_OF_A);
  const other = await connect(here, 'legacy', { key: KEY_OF_B });
  here.revoke('a');
  expect(await first.text()).toBe('');
  expect((await other.client.callTool({ name: 'demo_echo' })).isError).toBeUndefined();
  await other.close();
});

test('a revoked key loses its subscription', async () => {
  const { client, close } = await connect(here, 'modern');
  const subscription = await client.listen({ toolsListChanged: true });
  here.revoke('a');
  expect(await subscription.closed).toBe('remote');
  await close();
});

test('a stopping server ends its streams, lets calls end, and takes nothing new', async () => {
  const stopping = await openWorld({ drainMs: 2_000 });
  const session = await begin(stopping);
  const stream = await fetch(`${stopping.url}/mcp`, {
    headers: { ...session, accept: 'text/event-stream', authorization: `Bearer ${KEY_OF_A}` },
  });
  const { client } = await connect(stopping, 'modern');
  const subscription = await client.listen({ toolsListChanged: true });
  const begun = Promise.withResolvers<undefined>();
  const onprogress = () => {
    begun.resolve(undefined);
  };
  const counting = client.callTool({ name: 'demo_count' }, { onprogress });
  await begun.promise;
  const closed = stopping.close();
  expect(await stream.text()).toBe('');
  expect(await subscription.closed).toBe('graceful');
  expect(await counting).toMatchObject({ structuredContent: { data: { echo: 'counted' } } });
  await closed;
  await expect(post(stopping, { jsonrpc: '2.0', id: 1, method: 'ping' })).rejects.toThrow();
});
