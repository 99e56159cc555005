import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { connectionOf, openWorld, type World } from './road.fixtures.ts';

let store: Store;
let world: World;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(async () => void (world = await openWorld({ db: store.db })));
afterEach(() => world.close());
afterAll(() => store.close());

test('a read is answered before its row is written, and its row keeps no data of the vendor', async () => {
  const { reply } = await world.call('lamp.get', { name: 'a' });
  expect(reply).toMatchObject({ success: true, data: { name: 'a', on: false }, scope: { connection: 'main' } });
  expect(await world.rows()).toEqual([]);
  expect(await world.audit(reply.call_id)).toMatchObject([{ action: 'call.finished', outcome: 'ok' }]);
  expect(await world.row(reply.call_id)).toMatchObject({ state: 'succeeded', reply: { data: {} }, reply_text: null });
});

test('both spellings of a name find the tool, and what everybody records is the internal one', async () => {
  const { reply } = await world.call('lamp_get', { name: 'a' });
  await world.audit();
  expect(await world.row(reply.call_id)).toMatchObject({ tool: 'lamp.get' });
});

test('"5" is taken for 5, a default is filled in, and an unknown argument is answered with the nearest one', async () => {
  expect((await world.call('lamp.get', { name: 'a', times: '5' })).reply.data).toMatchObject({ times: 5 });
  expect((await world.call('lamp.get', { name: 'a' })).reply.data).toMatchObject({ times: 1 });
  expect((await world.call('lamp.get', { name: 'a', tims: 5 })).reply.error).toMatchObject({
    code: 'invalid_input',
    suggestion: 'Did you mean "times"?',
    details: { fields: { tims: 'is not an argument' } },
  });
});

test.each([[undefined], [null], ['name'], [['a']], [{ name: 5 }], [{ name: '' }], [{}]])(
  'arguments that do not fit are an answer and a line in the history, not an exception: %j',
  async (args) => {
    const { reply } = await world.call('lamp.get', args);
    expect(reply).toMatchObject({ success: false, status: 'failed', error: { code: 'invalid_input' } });
    expect(await world.audit(reply.call_id)).toMatchObject([{ outcome: 'failed' }]);
  },
);

test('an input that the bus could not carry is refused at the door with 413', async () => {
  const { reply } = await world.call('lamp.say', { text: 'x'.repeat(800 * 1024) });
  expect(reply.error).toMatchObject({ code: 'invalid_input', details: { limit_bytes: 786_432 } });
  await world.audit();
  expect(await world.row(reply.call_id)).toMatchObject({ input: { truncated: true } });
});

test('a call names one connection or takes the default, and the reply says which', async () => {
  world.connections.push(connectionOf('second', 'staging', 'http://second.test'));
  const { reply } = await world.call('lamp.get', { name: 'a', connection: 'second' });
  expect(reply.scope).toEqual({ connection: 'second' });
  expect((await world.call('lamp.get', { name: 'a' }, { connection: 'second' })).reply.scope).toEqual({
    connection: 'second',
  });
  expect(world.lamps.connectedTo.at(-1)).toBe('http://second.test');
  const wrong = await world.call('lamp.get', { name: 'a', connection: 'third' });
  expect(wrong.reply).toMatchObject({ success: false, error: { code: 'not_found' } });
});

test('a system without a connection answers unavailable and how to add one', async () => {
  world.connections.splice(0);
  const { reply } = await world.call('lamp.get', { name: 'a' });
  expect(reply.error).toMatchObject({
    code: 'unavailable',
    retryable: false,
    suggestion: expect.stringContaining('POST'),
  });
});

test('the sixth call at one time is told to wait, and a finished one makes room', async () => {
  const five = Array.from({ length: 5 }, () => world.call('lamp.wait', { name: 'a' }));
  await world.lamps.gate.entered.promise;
  expect((await world.call('lamp.get', { name: 'a' })).reply.error).toMatchObject({ code: 'rate_limited' });
  // What waits for other calls takes no place, or it would lock its own caller out.
  expect((await world.call('status', {})).reply.success).toBe(true);
  world.lamps.gate.open.resolve(undefined);
  await Promise.all(five);
  expect((await world.call('lamp.get', { name: 'a' })).reply.success).toBe(true);
});

test('a caller that goes away cancels its read', async () => {
  const caller = new AbortController();
  const running = world.call('lamp.wait', { name: 'a' }, { signal: caller.signal });
  await world.lamps.gate.entered.promise;
  caller.abort();
  const { reply } = await running;
  expect(reply.status).toBe('cancelled');
  expect(await world.audit(reply.call_id)).toMatchObject([{ outcome: 'failed' }]);
});

test('a caller may give less time than the tool has, never more', async () => {
  const { reply } = await world.call('lamp.wait', { name: 'a' }, { timeoutMs: 20 });
  expect(reply.error).toMatchObject({ code: 'timeout' });
});

test('a failure is redacted, bounded, and shows no cause', async () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const { reply, text } = await world.call('lamp.say', { text: `${secret}\u200b${'x'.repeat(100_000)}`, fail: true });
  expect(reply.error?.message).toMatch(/^The vendor said: \[redacted\]x/);
  expect(text.length).toBeLessThan(5_000);
  expect(JSON.stringify(await world.rows())).not.toContain(secret);
});

test('calls are counted and timed by tool, outcome and door', async () => {
  await world.call('lamp.get', { name: 'a' });
  await world.call('lamp.get', {});
  const text = await world.metrics.text();
  expect(text).toMatch(/mcp_tool_executions_total\{[^}]*tool="lamp.get"[^}]*status="succeeded"[^}]*\} 1/);
  expect(text).toMatch(/mcp_tool_executions_total\{[^}]*tool="lamp.get"[^}]*status="failed"[^}]*\} 1/);
  expect(text).toMatch(/mcp_tool_duration_seconds_count\{[^}]*tool="lamp.get"[^}]*\} 2/);
});
