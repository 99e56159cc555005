import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AppError, type CallReply } from '@devmesh/contracts';
import { ProtocolError } from '@modelcontextprotocol/client';
import { createTestGateway, testTool } from './test-gateway.ts';
import { connect, type Era, type TestClient } from './test-client.ts';
import { KEY_OF_B, openWorld, type World } from './test-world.ts';

describe.each<Era>(['legacy', 'modern'])('tools for a %s client', (era) => {
  let world: World;
  let connected: TestClient;
  const call = (name: string, args: Record<string, unknown> = {}, meta?: Record<string, unknown>) =>
    connected.client.callTool({ name, arguments: args, ...(meta && { _meta: meta }) });

  beforeEach(async () => {
    world = await openWorld();
    connected = await connect(world, era);
  });
  afterEach(async () => {
    await connected.close();
    await world.close();
  });

  test('are listed with title, hints and both schemas, in the order of the catalog', async () => {
    const { tools } = await connected.client.listTools();
    expect(tools.slice(0, 2).map(({ name }) => name)).toEqual(['demo_echo', 'demo_count']);
    expect(tools[0]).toMatchObject({
      title: 'Title of demo.echo',
      annotations: {
        title: 'Title of demo.echo',
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: true,
      },
      inputSchema: { type: 'object', properties: { message: { type: 'string' } } },
      outputSchema: { type: 'object', required: expect.arrayContaining(['data', 'call_id']) },
    });
  });

  test('answer with a text and the fields of every door, which the client checks against the schema', async () => {
    await connected.client.listTools();
    const result = await call('demo_echo', { message: 'hello' });
    expect(result).toMatchObject({ content: [{ type: 'text', text: expect.stringContaining('demo.echo ran.') }] });
    expect(result.structuredContent).toMatchObject({
      success: true,
      status: 'succeeded',
      data: { echo: 'hello' },
      call_id: world.road.made[0]?.id,
    });
    expect(result.isError).toBeUndefined();
  });

  test('are called by either spelling', async () => {
    expect((await call('demo.echo', { message: 'x' })).structuredContent).toMatchObject({ success: true });
  });

  test('that fail are results with code, sentence, next step and call id', async () => {
    await connected.client.listTools();
    const result = await call('demo_fail');
    expect(result.isError).toBe(true);
    expect(result.structuredContent).toMatchObject({
      success: false,
      data: {},
      error: { code: 'upstream_failed', message: 'Prometheus answered HTML.', suggestion: 'Look at its address.' },
      call_id: expect.stringMatching(/^call_/),
    });
    expect(JSON.stringify(result.content)).toContain('upstream_failed');
  });

  test('that crash tell the client nothing of why', async () => {
    const result = await call('demo_crash');
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result)).not.toContain('postgres');
    expect(result.structuredContent).toMatchObject({
      error: { code: 'internal', message: expect.stringMatching(/err_/) },
    });
  });

  test('that are not there are a protocol error with the nearest name', async () => {
    const failure = await call('demo_eco').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProtocolError);
    expect(failure).toMatchObject({ code: -32602, message: expect.stringContaining('Did you mean demo_echo?') });
  });

  test('a reused idempotency key is a result that names the first call', async () => {
    const result = await call('demo_echo', {}, { 'devmesh/idempotency_key': 'used-otherwise' });
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { call_id: 'call_first', error: { code: 'conflict' } },
    });
  });

  test('what `_meta` says about a call reaches the road', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await call(
      'demo_echo',
      {},
      {
        'devmesh/idempotency_key': 'k1',
        'devmesh/connection': 'eu',
        'devmesh/reason': 'because',
        'devmesh/max_bytes': 4096,
        traceparent,
      },
    );
    expect(world.road.made[0]?.options).toMatchObject({
      door: 'mcp',
      idempotencyKey: 'k1',
      connection: 'eu',
      reason: 'because',
      maxBytes: 4096,
      trace: { traceparent },
      requestId: expect.any(String),
    });
  });

  test('a `_meta` key of ours that cannot be is named', async () => {
    await expect(call('demo_echo', {}, { 'devmesh/max_bytes': 'many' })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('devmesh/max_bytes'),
    });
  });

  test('tell of their progress whoever asked for it', async () => {
    const seen: number[] = [];
    await connected.client.callTool({ name: 'demo_count' }, { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3]);
  });

  test('are told when their caller gives up', async () => {
    const giveUp = new AbortController();
    const waiting = connected.client.callTool({ name: 'demo_wait' }, { signal: giveUp.signal }).catch(() => 'given up');
    while (world.road.made.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const { signal } = world.road.made[0]?.options ?? {};
    const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
    giveUp.abort();
    await aborted;
    expect(await waiting).toBe('given up');
  });

  test('the toolsets of the address narrow every call', async () => {
    const narrowed = await connect(world, era, { path: '/mcp/t/observe,demo' });
    await narrowed.client.callTool({ name: 'demo_echo' });
    expect(world.road.made.at(-1)?.options.toolsets).toBe('observe,demo');
    await narrowed.close();
  });

  test('calls are made as whoever the key of the request belongs to', async () => {
    const other = await connect(world, era, { key: KEY_OF_B });
    await other.client.callTool({ name: 'demo_echo' });
    expect(world.road.made.at(-1)?.principal.organizationId).toBe('org_b');
    await other.close();
  });

  test('a call that waits for a person is no error for a client that cannot ask one', async () => {
    await connected.client.listTools();
    const result = await call('demo_silence');
    expect(result.isError).toBeUndefined();
    expect(result.structuredContent).toMatchObject({
      success: false,
      status: 'approval_pending',
      approval_url: expect.stringContaining('/approvals/'),
      data: {},
    } satisfies Partial<Record<keyof CallReply, unknown>>);
  });

  test('a changed catalog is heard of, by its organisation only', async () => {
    const heard: string[] = [];
    const listening = (name: string, key?: string) =>
      connect(world, era, {
        ...(key && { key }),
        listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => void heard.push(name) } },
      });
    const first = await listening('a');
    const second = await listening('b', KEY_OF_B);
    while (!heard.includes('b')) {
      world.road.changeCatalog('org_b');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(heard).not.toContain('a');
    await Promise.all([first.close(), second.close()]);
  });
});

test.each<Era>(['legacy', 'modern'])(
  'a catalog that cannot be read is said to a %s client in our words only',
  async (era) => {
    const road = createTestGateway();
    const world = await openWorld({ road });
    const { client, close } = await connect(world, era);
    road.gateway.catalog.list = () =>
      Promise.reject(new AppError('unavailable', 'The database is away.', { suggestion: 'Try again.' }));
    await expect(client.listTools()).rejects.toMatchObject({
      code: -32010,
      message: 'The database is away. Try again.',
    });
    road.gateway.catalog.list = () => Promise.reject(new Error('connect ECONNREFUSED postgres://user:pass@host'));
    const failure = await client.listResources().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: -32603,
      message: expect.stringMatching(/Something went wrong on our side \(err_/),
    });
    expect(JSON.stringify(failure)).not.toContain('postgres');
    await close();
    await world.close();
  },
);

test('a long list comes in pages of 100, each tool once', async () => {
  const tools = Array.from({ length: 250 }, (_, index) =>
    testTool(`many.tool_${String(index)}`, () => Promise.resolve({ echo: '' })),
  );
  const world = await openWorld({ road: createTestGateway(tools) });
  const { client, close } = await connect(world, 'modern');
  const sizes: number[] = [];
  const names = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await client.request({ method: 'tools/list', params: cursor === undefined ? {} : { cursor } });
    sizes.push(page.tools.length);
    for (const { name } of page.tools) names.add(name);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect([sizes, names.size]).toEqual([[100, 100, 50], 250]);
  await expect(client.request({ method: 'tools/list', params: { cursor: 'bm90IG91cnM' } })).rejects.toMatchObject({
    code: -32602,
  });
  await close();
  await world.close();
});
