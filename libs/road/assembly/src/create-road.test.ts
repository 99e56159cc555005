import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subjects } from '@devmesh/contracts';
import { searchAudit } from '@devmesh/audit';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { roadOn } from './road.fixtures.ts';

let store: Store;
beforeAll(async () => void (store = await openTestStore()));
afterAll(() => store.close());

/** Timers and sockets that would keep the process alive. */
const handles = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('nothing runs before the start, and nothing after the stop', async () => {
  const before = handles();
  const { road, bus } = roadOn(store);
  expect([bus.listening, handles()]).toEqual([[], before]);
  const stop = await road.start();
  expect(bus.listening).toEqual(
    expect.arrayContaining([
      subjects.identityChanged,
      subjects.connectionsChanged,
      subjects.eventsAll,
      subjects.announceAll,
    ]),
  );
  await stop();
  expect([bus.listening, handles()]).toEqual([[], before]);
});

test('a stop called twice stops once', async () => {
  const { road, bus } = roadOn(store);
  const stop = await road.start();
  await Promise.all([stop(), stop()]);
  expect(bus.listening).toEqual([]);
});

test('a start that fails in the middle leaves nothing behind', async () => {
  const before = handles();
  const { road, bus } = roadOn(store);
  bus.refuses.add(subjects.announceAll);
  await expect(road.start()).rejects.toThrow('is refused');
  expect([bus.listening, handles()]).toEqual([[], before]);
});

test('what waits to be written is written before the stop resolves', async () => {
  const { road } = roadOn(store);
  const stop = await road.start();
  const { organization, apiKey } = await road.identity.registerOrganization({
    organization_name: 'Acme',
    organization_slug: 'acme',
    admin_email: 'ada@acme.test',
    admin_name: 'Ada',
    admin_password: 'Correct-horse-7',
  });
  const owner = await road.identity.authenticate(apiKey);
  const { reply } = await road.gateway.callTool(owner, 'status', {}, { door: 'test' });
  expect(reply.success).toBe(true);
  await stop();
  const { lines } = await searchAudit(store.db, organization.id, { callId: reply.call_id });
  expect(lines).toMatchObject([{ action: 'call.finished', target: 'status', outcome: 'ok' }]);
  expect(await road.history.get(owner, reply.call_id)).toMatchObject({ state: 'succeeded' });
});

test('links begin with the public address, whatever its end', () => {
  expect(roadOn(store, { PUBLIC_URL: 'https://devmesh.test/' }).road.publicUrl).toBe('https://devmesh.test');
});
