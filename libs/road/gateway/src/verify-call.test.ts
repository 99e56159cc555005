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

const verify = (callId: string) => world.gateway.verifyCall(world.agent, callId, { door: 'test' });

/** A call whose answer was lost after (or before) the vendor did it. */
async function lostCall({ done }: { done: boolean }): Promise<string> {
  world.lamps.loseAnswers = true;
  const { reply } = await world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' });
  world.lamps.loseAnswers = false;
  if (!done) world.lamps.log.splice(0);
  return reply.call_id;
}

test('a call that took effect is settled as succeeded, for everybody who asks later', async () => {
  const callId = await lostCall({ done: true });
  const answer = await verify(callId);
  expect(answer.reply).toMatchObject({ success: true, status: 'succeeded', call_id: callId });
  expect(await world.gateway.answerOf(world.agent, callId)).toEqual(answer);
  expect(await verify(callId)).toEqual(answer);
});

test('nothing found proves nothing while whoever ran it may still be at work', async () => {
  const callId = await lostCall({ done: false });
  expect((await verify(callId)).reply).toMatchObject({
    status: 'outcome_unknown',
    error: { message: expect.stringContaining('ask again in 5 seconds') },
  });
  expect(await world.row(callId)).toMatchObject({ state: 'outcome_unknown' });
});

test('nothing found after its time is over settles it as failed, and it may be made again', async () => {
  const callId = await lostCall({ done: false });
  world.advance(5_000);
  expect((await verify(callId)).reply).toMatchObject({
    status: 'failed',
    error: { suggestion: 'It may be called again.' },
  });
  expect(await world.row(callId)).toMatchObject({ state: 'failed' });
});

test('a read that cannot be made settles nothing', async () => {
  const callId = await lostCall({ done: true });
  await world.serving.stop();
  expect((await verify(callId)).reply).toMatchObject({ success: false, error: { code: 'unavailable' } });
  expect(await world.row(callId)).toMatchObject({ state: 'outcome_unknown' });
});

test('whoever verified it stands in the audit', async () => {
  const callId = await lostCall({ done: true });
  await world.gateway.verifyCall(world.owner, callId, { door: 'test' });
  expect((await world.audit(callId)).at(-1)).toMatchObject({ action: 'call.finished', actor: { id: 'user:ada' } });
});

test('a call that is not unknown is answered as it is', async () => {
  const first = await world.call('lamp.turn', { name: 'a' });
  expect(await verify(first.reply.call_id)).toEqual(first);
});
