import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { CallAnswer } from '@devmesh/contracts';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { connectionOf, openWorld, type World } from './road.fixtures.ts';

let store: Store;
let world: World;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(async () => void (world = await openWorld({ db: store.db })));
afterEach(() => world.close());
afterAll(() => store.close());

const never = new AbortController().signal;
const ask = (name = 'a') => world.call('lamp.turn_carefully', { name }, { reason: 'it is dark', idempotencyKey: 'k1' });
const execute = (callId: string) => world.gateway.executeApproved(world.organizationId, callId, never);
const approve = ({ reply }: CallAnswer) =>
  world.approvals.decide(world.owner, reply.approval_id ?? '', 'approved', 'ok');

test('a call that needs a person does nothing yet and says where the person decides', async () => {
  const { reply, text } = await ask();
  expect(reply).toMatchObject({
    success: false,
    status: 'approval_pending',
    data: {},
    approval_url: `http://devmesh.test/approvals/${reply.approval_id ?? ''}`,
  });
  expect(text).toContain(reply.approval_url);
  expect(world.lamps.log).toHaveLength(0);
  const { approval, call } = await world.approvals.get(world.organizationId, reply.approval_id ?? '');
  expect(approval).toMatchObject({ status: 'pending', request_reason: 'it is dark', requested_by: 'key:agent' });
  expect(call).toMatchObject({
    state: 'awaiting_approval',
    prepared: { diff: 'a: false -> true', blast: { lamps: 1 } },
  });
});

test('a repeat of a waiting call gets the same approval, not a second one', async () => {
  expect(await ask()).toEqual(await ask());
  expect(await world.approvals.list(world.organizationId, 'pending', 10)).toHaveLength(1);
});

test('once approved it runs as it was stored, and a repeat with its key gets that result', async () => {
  const pending = await ask();
  await approve(pending);
  expect(world.queued).toEqual([{ organizationId: world.organizationId, callId: pending.reply.call_id }]);
  await execute(pending.reply.call_id);
  expect(world.lamps.of('a')).toMatchObject({ on: true, switches: 1 });
  const answer = await ask();
  expect(answer.reply).toMatchObject({ success: true, call_id: pending.reply.call_id, data: { name: 'a', on: true } });
  expect(answer).toEqual(await world.gateway.answerOf(world.agent, pending.reply.call_id));
});

test('two workers that take one approved call execute it once', async () => {
  const pending = await ask();
  await approve(pending);
  await Promise.all([1, 2, 3].map(() => execute(pending.reply.call_id)));
  expect(world.lamps.of('a').switches).toBe(1);
});

test('what was not approved is not executed, whoever asks for it', async () => {
  const pending = await ask();
  await execute(pending.reply.call_id);
  await world.approvals.decide(world.owner, pending.reply.approval_id ?? '', 'refused', 'too bright');
  await execute(pending.reply.call_id);
  expect(world.lamps.of('a').switches).toBe(0);
  expect((await world.gateway.answerOf(world.agent, pending.reply.call_id)).reply).toMatchObject({
    status: 'refused',
    error: { code: 'forbidden' },
  });
});

test("a person's yes does not fail because all places of the agent are taken", async () => {
  const pending = await ask();
  const busy = Array.from({ length: 5 }, () => world.call('lamp.wait', { name: 'a' }));
  await world.lamps.gate.entered.promise;
  await approve(pending);
  await execute(pending.reply.call_id);
  expect(world.lamps.of('a').switches).toBe(1);
  world.lamps.gate.open.resolve(undefined);
  await Promise.all(busy);
});

async function outcomeAfter(change: () => unknown) {
  const pending = await ask();
  await approve(pending);
  await change();
  await execute(pending.reply.call_id);
  expect(world.lamps.log.filter(({ callId }) => callId === pending.reply.call_id)).toEqual([]);
  return (await world.gateway.answerOf(world.agent, pending.reply.call_id)).reply;
}

test.each<[string, () => unknown, object]>([
  ['the requester was revoked', () => world.revoked.add('key:agent'), { code: 'forbidden' }],
  [
    'the requester lost the scope',
    () => world.principals.set('key:agent', world.principalOf({ scopes: ['read'] })),
    { code: 'forbidden' },
  ],
  [
    'the requester lost the toolset',
    () => world.principals.set('key:agent', world.principalOf({ toolset: 'observe' })),
    { code: 'forbidden' },
  ],
  ['the connection is gone', () => world.connections.splice(0), { code: 'not_found' }],
  [
    'the connection leads elsewhere',
    () => world.connections.splice(0, 1, connectionOf('main', 'staging', 'http://other.test')),
    { code: 'conflict', details: { reason: 'stale' } },
  ],
  [
    'what was seen has changed',
    () => {
      world.lamps.switch('a', true, 'somebody');
    },
    { code: 'conflict', details: { reason: 'stale', observed_then: { version: 1 }, observed_now: { version: 2 } } },
  ],
  [
    "the tool's arguments have changed",
    async () => {
      await world.serving.stop();
      world.serving.stop = await world.serveLamps(world.lamps, { version: 2 });
    },
    { code: 'conflict', details: { reason: 'stale' } },
  ],
  ['the adapter is gone', () => world.serving.stop(), { code: 'unavailable' }],
])('an approved call is not executed, and says why, when %s', async (_what, change, error) => {
  expect(await outcomeAfter(change)).toMatchObject({ success: false, status: 'failed', error });
});

test('an approval ends with the call that was cancelled while it waited', async () => {
  const pending = await ask();
  expect(await world.gateway.cancelCall(world.agent, pending.reply.call_id)).toBe('cancelled');
  expect(await world.approvals.list(world.organizationId, 'pending', 10)).toEqual([]);
  await expect(approve(pending)).rejects.toMatchObject({ code: 'conflict', details: { status: 'cancelled' } });
});

test('a cancel reaches an approved call while it runs, and the outcome is honestly unknown', async () => {
  world.connections.splice(0, 1, connectionOf('main', 'prod-eu'));
  const pending = await world.call('lamp.turn_slowly', { name: 'a' });
  expect(pending.reply.status).toBe('approval_pending');
  await approve(pending);
  const running = execute(pending.reply.call_id);
  await world.lamps.gate.entered.promise;
  expect(await world.gateway.cancelCall(world.agent, pending.reply.call_id)).toBe('cancelling');
  await running;
  expect(await world.row(pending.reply.call_id)).toMatchObject({ state: 'outcome_unknown' });
});

test('what a person sees is redacted, what runs is not', async () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const pending = await ask(secret);
  expect(JSON.stringify(await world.rows())).not.toContain(secret);
  await approve(pending);
  await execute(pending.reply.call_id);
  expect(world.lamps.of(secret).switches).toBe(1);
});
