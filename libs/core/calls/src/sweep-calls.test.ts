import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openDesk, type Desk } from './calls.fixtures.ts';

let store: Store;
let desk: Desk;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => void (desk = openDesk(store.db)));
afterAll(() => store.close());

const state = async (id: string) => (await desk.history.get(desk.owner, id)).state;

test('a lost write is outcome_unknown, a lost read has failed', async () => {
  const write = await desk.ledger.begin(desk.newCall());
  const tool = { ...desk.newCall().tool, effect: 'read' as const };
  const read = await desk.ledger.begin(desk.newCall({ tool }));
  desk.advance(15_001);
  await desk.sweep.settleLost();
  expect(await state(write.row.id)).toBe('outcome_unknown');
  expect(await state(read.row.id)).toBe('failed');
});

test('a call within its lease is left alone, also one that was approved long after it was made', async () => {
  const { row } = await desk.ledger.begin(desk.newCall({ approval: desk.approval }));
  desk.advance(600_000);
  const approval = await desk.approvals.ofCall(desk.organizationId, row.id);
  await desk.approvals.decide(desk.owner, approval?.id ?? '', 'approved', undefined);
  await desk.ledger.claimApproved(desk.organizationId, row.id);
  desk.advance(15_000);
  await desk.sweep.settleLost();
  expect(await state(row.id)).toBe('dispatched');
  desk.advance(1);
  await desk.sweep.settleLost();
  expect(await state(row.id)).toBe('outcome_unknown');
});

test('what waits for a person has no lease to lose', async () => {
  const { row } = await desk.ledger.begin(desk.newCall({ approval: desk.approval }));
  desk.advance(30 * 60_000);
  await desk.sweep.settleLost();
  expect(await state(row.id)).toBe('awaiting_approval');
});
