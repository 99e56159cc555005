import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openWorld, type World } from './road.fixtures.ts';

let store: Store;
let world: World;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(async () => void (world = await openWorld({ db: store.db })));
afterEach(() => world.close());
afterAll(() => store.close());

const DAY_MS = 24 * 3_600_000;
const undo = (callId: string, principal = world.agent) => world.gateway.undoCall(principal, callId, { door: 'test' });

/** A call that a person approved, done. */
async function approvedCall(): Promise<string> {
  const { reply } = await world.call('lamp.turn_carefully', { name: 'a' });
  await world.approveAndRun(reply.call_id);
  return reply.call_id;
}

async function plainCall(): Promise<string> {
  return (await world.call('lamp.turn', { name: 'a' })).reply.call_id;
}

test('an undo is a call of its own that names what it takes back', async () => {
  const callId = await plainCall();
  const { reply } = await undo(callId);
  expect(reply).toMatchObject({ success: true, data: { name: 'a', on: false } });
  expect(await world.row(reply.call_id)).toMatchObject({ tool: 'lamp.turn', undo_of: callId, state: 'succeeded' });
});

test('the approval of the original covers its undo', async () => {
  const { reply } = await undo(await approvedCall());
  expect(reply).toMatchObject({ success: true, status: 'succeeded' });
  expect(world.lamps.of('a')).toMatchObject({ on: false, switches: 2 });
});

test('after 24 hours a person is asked again', async () => {
  const callId = await approvedCall();
  world.advance(DAY_MS + 1);
  expect((await undo(callId)).reply.status).toBe('approval_pending');
});

test('when things are no longer as the call left them a person is asked again', async () => {
  const callId = await approvedCall();
  world.lamps.switch('a', true, 'somebody else');
  expect((await undo(callId)).reply.status).toBe('approval_pending');
});

test('when nobody could look after the call a person is asked again', async () => {
  const { reply } = await world.call('lamp.turn_carefully', { name: 'a' });
  const { find } = world.catalog;
  let finds = 0;
  world.catalog.find = (...wanted) => {
    if (++finds === 2) return Promise.reject(new Error('away'));
    return find(...wanted);
  };
  await world.approveAndRun(reply.call_id);
  expect((await undo(reply.call_id)).reply.status).toBe('approval_pending');
});

test('a double click takes it back once, and both get the one answer', async () => {
  const callId = await plainCall();
  const [first, second] = await Promise.all([undo(callId), undo(callId)]);
  expect(first).toEqual(second);
  expect(await undo(callId)).toEqual(first);
  expect(world.lamps.of('a').switches).toBe(2);
});

test('an undo that did nothing may be tried again', async () => {
  const callId = await plainCall();
  await world.serving.stop();
  expect((await undo(callId)).reply).toMatchObject({ success: false, error: { code: 'unavailable' } });
  world.serving.stop = await world.serveLamps(world.lamps, { version: 2 });
  expect((await undo(callId)).reply.success).toBe(true);
});

test("somebody else's undo is not shown to whom it does not concern", async () => {
  const callId = await plainCall();
  await undo(callId, world.owner);
  const stranger = world.principalOf({ id: 'key:stranger' });
  await expect(undo(callId, stranger)).rejects.toMatchObject({ code: 'not_found' });
  // The agent sees the original, not the owner's undo of it.
  await expect(undo(callId)).rejects.toMatchObject({ code: 'conflict' });
});

test('an undo can be undone, as a call that nobody has approved yet', async () => {
  const first = await undo(await approvedCall());
  const { reply } = await undo(first.reply.call_id);
  expect(reply.status).toBe('approval_pending');
});

test('another organisation finds nothing to undo', async () => {
  const callId = await plainCall();
  const foreigner = world.principalOf({ organizationId: 'org_other', scopes: ['read', 'write', 'admin'] });
  await expect(undo(callId, foreigner)).rejects.toMatchObject({ code: 'not_found' });
});

test('what failed, waits or has no way back cannot be taken back', async () => {
  world.lamps.loseAnswers = true;
  const { reply } = await world.call('lamp.turn', { name: 'a' });
  await expect(undo(reply.call_id)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/unknown/),
  });
  const read = await world.call('lamp.get', { name: 'a' }, { idempotencyKey: 'k1' });
  await expect(undo(read.reply.call_id)).rejects.toMatchObject({ code: 'conflict' });
});

test('whoever may not write may not undo, and learns of no tool by trying', async () => {
  const reader = world.principalOf({ scopes: ['read'] });
  await expect(undo(await plainCall(), reader)).rejects.toMatchObject({ code: 'not_found' });
  expect(world.lamps.of('a').switches).toBe(1);
});
