import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { subjects } from '@devmesh/contracts';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openWorld, type World } from './road.fixtures.ts';

let store: Store;
let world: World;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(async () => void (world = await openWorld({ db: store.db })));
afterEach(() => world.close());
afterAll(() => store.close());

/** A write that waits at the gate. */
async function running() {
  const answer = world.call('lamp.turn_slowly', { name: 'a' });
  await world.lamps.gate.entered.promise;
  const [row] = await world.rows();
  if (!row) throw new Error('no row');
  return { answer, callId: row.id };
}

test('a running write that is cancelled ends as outcome_unknown, and who cancelled it is in the audit', async () => {
  const { answer, callId } = await running();
  expect(await world.gateway.cancelCall(world.owner, callId)).toBe('cancelling');
  expect((await answer).reply).toMatchObject({ status: 'outcome_unknown' });
  const lines = (await world.audit(callId)).map(({ action, actor, outcome }) => [action, actor.id, outcome]);
  expect(lines.sort()).toEqual([
    ['call.cancel_requested', 'user:ada', 'pending'],
    ['call.finished', 'key:agent', 'failed'],
    ['call.requested', 'key:agent', 'pending'],
  ]);
});

test('a waiting call is cancelled at once and never runs', async () => {
  const { reply } = await world.call('lamp.turn_carefully', { name: 'a' });
  expect(await world.gateway.cancelCall(world.agent, reply.call_id)).toBe('cancelled');
  expect((await world.gateway.answerOf(world.agent, reply.call_id)).reply).toMatchObject({ status: 'cancelled' });
});

test('an ended call cannot be cancelled', async () => {
  const { reply } = await world.call('lamp.turn', { name: 'a' });
  await expect(world.gateway.cancelCall(world.agent, reply.call_id)).rejects.toMatchObject({
    code: 'conflict',
    details: { state: 'succeeded' },
  });
});

test('nobody cancels what they may not: a stranger finds nothing, an auditor may only look', async () => {
  const { answer, callId } = await running();
  const stranger = world.principalOf({ id: 'key:stranger' });
  await expect(world.gateway.cancelCall(stranger, callId)).rejects.toMatchObject({ code: 'not_found' });
  const foreigner = world.principalOf({ organizationId: 'org_other', scopes: ['admin'] });
  await expect(world.gateway.cancelCall(foreigner, callId)).rejects.toMatchObject({ code: 'not_found' });
  const auditor = world.principalOf({ id: 'user:eve', kind: 'person', userId: 'eve', roles: ['auditor'] });
  await expect(world.gateway.cancelCall(auditor, callId)).rejects.toMatchObject({ code: 'forbidden' });
  // A message that names another organisation or owner is none for this call.
  world.bus.publish(subjects.cancelCall(callId), { organizationId: 'org_other', principalId: 'key:agent' });
  world.bus.publish(subjects.cancelCall(callId), { organizationId: world.organizationId, principalId: 'key:stranger' });
  world.bus.publish(subjects.cancelCall(callId), 'nonsense');
  world.lamps.gate.open.resolve(undefined);
  expect((await answer).reply.success).toBe(true);
});
