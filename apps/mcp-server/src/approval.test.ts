import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Client, ClientCapabilities, ElicitRequest, ElicitResult } from '@modelcontextprotocol/client';
import { connect, post, type Era, type TestClient } from './test-client.ts';
import { KEY_OF_B, openWorld, type World } from './test-world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

type Ask = (params: ElicitRequest['params']) => Promise<ElicitResult> | ElicitResult;

function askable(era: Era, elicitation: NonNullable<ClientCapabilities['elicitation']>, ask: Ask): Promise<TestClient> {
  const prepare = (client: Client) => {
    client.setRequestHandler('elicitation/create', ({ params }) => ask(params));
  };
  return connect(world, era, { capabilities: { elicitation }, prepare });
}

const lastCall = () => world.road.made.at(-1)?.id ?? '';

test.each<[Era, 'form' | 'url']>([
  ['legacy', 'form'],
  ['legacy', 'url'],
  ['modern', 'form'],
  ['modern', 'url'],
])(
  'a %s client that can show a %s is shown the link, and gets the result of the one call once a person approved',
  async (era, mode) => {
    const asked: ElicitRequest['params'][] = [];
    const { client, close } = await askable(era, { [mode]: {} }, async (params) => {
      asked.push(params);
      await world.road.approve(lastCall());
      return { action: 'accept', ...(mode === 'form' && { content: {} }) };
    });
    await client.listTools();
    const result = await client.callTool({ name: 'demo_silence', arguments: { message: 'quiet' } });
    expect(result.structuredContent).toMatchObject({ success: true, status: 'succeeded', data: { echo: 'quiet' } });
    expect(world.road.made).toHaveLength(1);
    expect(asked[0]?.message).toContain('/approvals/');
    if (mode === 'url') expect(asked[0]).toMatchObject({ mode: 'url', url: expect.stringContaining('/approvals/') });
    await close();
  },
);

test.each<Era>(['legacy', 'modern'])('an accept of a %s client approves nothing by itself', async (era) => {
  const { client, close } = await askable(era, { form: {} }, () => ({ action: 'accept', content: {} }));
  const result = await client.callTool({ name: 'demo_silence' });
  expect(result).toMatchObject({ structuredContent: { status: 'approval_pending', call_id: lastCall() } });
  expect(result.isError).toBeUndefined();
  expect(world.road.made).toHaveLength(1);
  await close();
});

test.each<[Era, 'decline' | 'cancel']>([
  ['legacy', 'decline'],
  ['legacy', 'cancel'],
  ['modern', 'decline'],
  ['modern', 'cancel'],
])('a %s client whose person says %s learns that the call still waits', async (era, action) => {
  const { client, close } = await askable(era, { form: {} }, () => ({ action }));
  const result = await client.callTool({ name: 'demo_silence' });
  expect(result.structuredContent).toMatchObject({
    status: 'approval_pending',
    approval_url: expect.any(String),
    call_id: lastCall(),
  });
  await close();
});

test('a session client that fails to ask learns that the call waits, with its id', async () => {
  const { client, close } = await askable('legacy', { form: {} }, () => Promise.reject(new Error('no screen')));
  const result = await client.callTool({ name: 'demo_silence' });
  expect(result).toMatchObject({ structuredContent: { status: 'approval_pending', call_id: lastCall() } });
  await close();
});

// 2026-07-28 by hand: what a client could send instead of what it was given.
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
};
const HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'demo_silence' };
const ACCEPTED = { approval: { action: 'accept', content: {} } };

interface RawReply {
  result?: { resultType: string; requestState?: string; structuredContent?: Record<string, unknown> };
  error?: { code: number; message: string };
}

async function rawCall(params: Record<string, unknown>, headers: Record<string, string> = {}): Promise<RawReply> {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'demo_silence', arguments: { message: 'a' }, _meta: ENVELOPE, ...params },
  };
  return (await (await post(world, body, { ...HEADERS, ...headers })).json()) as RawReply;
}

test('the state of a question that is carried back is only a name for the call: it is read, not made again', async () => {
  const requestState = (await rawCall({})).result?.requestState;
  await world.road.approve(lastCall());
  const again = await rawCall({ requestState, inputResponses: ACCEPTED });
  expect(again.result).toMatchObject({ resultType: 'complete', structuredContent: { status: 'succeeded' } });
  expect(world.road.made).toHaveLength(1);
});

test('a state that was changed, belongs to other arguments, or to another principal is refused, and no call is made', async () => {
  const requestState = (await rawCall({})).result?.requestState ?? '';
  const refused = { error: { code: -32602, message: 'Invalid or expired requestState' } };
  expect(await rawCall({ requestState: `${requestState.slice(0, -3)}abc`, inputResponses: ACCEPTED })).toMatchObject(
    refused,
  );
  expect(await rawCall({ requestState, arguments: { message: 'b' }, inputResponses: ACCEPTED })).toMatchObject(refused);
  expect(
    await rawCall({ requestState, inputResponses: ACCEPTED }, { authorization: `Bearer ${KEY_OF_B}` }),
  ).toMatchObject(refused);
  expect(world.road.made).toHaveLength(1);
});
