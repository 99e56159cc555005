import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openDesk, type Desk } from './calls.fixtures.ts';
import { createEvidence, type Evidence } from './evidence.ts';

let store: Store;
let desk: Desk;
let evidence: Evidence;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => {
  desk = openDesk(store.db);
  evidence = createEvidence({ db: store.db, clock: desk.clock, quotaBytes: 1000 });
});
afterAll(() => store.close());

const put = (text: string) => {
  desk.advance(1);
  return evidence.put({ principal: desk.principal(), callId: 'call_1', tool: 'lamp.dump', text });
};
const gone = { code: 'not_found' };

test('a text comes back as it was, to its owner and to those who answer for all', async () => {
  const id = await put('é\u0000👩');
  expect(await evidence.read(desk.principal(), id)).toEqual({ text: 'é\u0000👩', tool: 'lamp.dump', callId: 'call_1' });
  expect((await evidence.read(desk.owner, id)).tool).toBe('lamp.dump');
});

test('nobody else reads it', async () => {
  const id = await put('mine');
  await expect(evidence.read(desk.principal({ id: 'key:other' }), id)).rejects.toMatchObject(gone);
  await expect(evidence.read({ ...desk.owner, organizationId: 'org_other' }, id)).rejects.toMatchObject(gone);
});

test('after seven days it is gone, before the sweep and after it', async () => {
  const id = await put('old');
  desk.advance(7 * 24 * 3_600_000);
  await expect(evidence.read(desk.principal(), id)).rejects.toMatchObject(gone);
  expect(await evidence.sweep()).toBeGreaterThan(0);
});

test('beyond the quota the oldest goes, and the newest stays however large it is', async () => {
  const [first, second, third] = [await put('1'.repeat(400)), await put('2'.repeat(400)), await put('3'.repeat(400))];
  await expect(evidence.read(desk.principal(), first)).rejects.toMatchObject(gone);
  for (const id of [second, third]) await evidence.read(desk.principal(), id);
  const huge = await put('4'.repeat(5000));
  expect((await evidence.read(desk.principal(), huge)).text).toHaveLength(5000);
  await expect(evidence.read(desk.principal(), third)).rejects.toMatchObject(gone);
});

test("one organisation's evidence does not push out another's", async () => {
  const id = await put('1'.repeat(900));
  const other = { ...desk.principal(), organizationId: `${desk.organizationId}_b` };
  await evidence.put({ principal: other, callId: 'call_2', tool: 't', text: '2'.repeat(900) });
  await evidence.read(desk.principal(), id);
});
