import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { searchAudit } from '@devmesh/audit';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { answerOf, openDesk, type Desk } from './calls.fixtures.ts';
import { openCall, openWayBack } from './sealed-call.ts';

let store: Store;
let desk: Desk;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => void (desk = openDesk(store.db)));
afterAll(() => store.close());

const lines = async () => (await searchAudit(store.db, desk.organizationId)).lines.toReversed();

test('a row and its audit line are there together or not at all', async () => {
  const call = desk.newCall({ approval: { ...desk.approval, expiresAt: 'never' as unknown as Date } });
  await expect(desk.ledger.begin(call)).rejects.toThrow();
  expect(await desk.rows()).toEqual([]);
  expect(await lines()).toEqual([]);
});

test('what a stranger writes cannot keep a call from being recorded', async () => {
  const nasty = { name: 'a\u0000b\ud800', '\u0000': '\\u0000' };
  const call = desk.newCall({
    input: nasty,
    requestId: 'r\u0000',
    approval: { ...desk.approval, requestReason: '\u0000' },
  });
  const { row } = await desk.ledger.begin(call);
  expect(row.input).toEqual({ name: 'a\ufffdb\ufffd', '\ufffd': '\\u0000' });
  expect((await openCall(desk.vault, row)).input).toEqual({ ...nasty });
});

test('the exact input is kept only while the call may have to run, bound to its row', async () => {
  const { row } = await desk.ledger.begin(desk.newCall({ approval: desk.approval }));
  const other = await desk.ledger.begin(desk.newCall({ approval: desk.approval }));
  await expect(openCall(desk.vault, { ...other.row, input_sealed: row.input_sealed })).rejects.toThrow();
  const plain = await desk.ledger.begin(desk.newCall());
  expect(plain.row.input_sealed).toBeNull();
  await desk.ledger.cancelWaiting(row, { id: 'x', label: 'x', kind: 'key' });
  expect(await desk.history.get(desk.owner, row.id)).toMatchObject({ state: 'cancelled', input_sealed: null });
});

test('a duplicate key gives the first row, also when it waits for a person', async () => {
  const first = await desk.ledger.begin(desk.newCall({ idempotencyKey: 'k', approval: desk.approval }));
  const second = await desk.ledger.begin(desk.newCall({ idempotencyKey: 'k', approval: desk.approval }));
  expect(second).toMatchObject({ duplicate: true, row: { id: first.row.id } });
  expect(await desk.approvals.list(desk.organizationId, undefined, 10)).toHaveLength(1);
});

test('the order of keys in an input does not make it another one', async () => {
  await desk.ledger.begin(desk.newCall({ idempotencyKey: 'k', input: { a: 1, b: { c: 2, d: 3 } } }));
  const again = await desk.ledger.begin(desk.newCall({ idempotencyKey: 'k', input: { b: { d: 3, c: 2 }, a: 1 } }));
  expect(again.duplicate).toBe(true);
});

test('the same input to another connection is another input', async () => {
  await desk.ledger.begin(desk.newCall({ idempotencyKey: 'k' }));
  const call = desk.newCall({ idempotencyKey: 'k', connection: 'other' });
  await expect(desk.ledger.begin(call)).rejects.toMatchObject({ httpStatus: 422 });
});

test('a way back is kept exactly, sealed, beside its redacted form', async () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const { row } = await desk.ledger.begin(desk.newCall());
  const undo = { tool: 'lamp.turn', input: { name: secret }, observed: { version: 2 } };
  await desk.ledger.finish(row, { state: 'succeeded', answer: answerOf(row.id), undo });
  const done = await desk.history.get(desk.owner, row.id);
  expect(JSON.stringify(done)).not.toContain(secret);
  expect(await openWayBack(desk.vault, done)).toEqual(undo);
});

test('an ending is written once; a late real answer settles what the sweep gave up, nothing else', async () => {
  const { row } = await desk.ledger.begin(desk.newCall());
  desk.advance(60_000);
  expect(await desk.sweep.settleLost()).toBeGreaterThan(0);
  expect((await desk.history.get(desk.owner, row.id)).state).toBe('outcome_unknown');
  expect(await desk.ledger.finish(row, { state: 'succeeded', answer: answerOf(row.id) })).toBe(true);
  expect(await desk.ledger.finish(row, { state: 'failed', answer: answerOf(row.id) })).toBe(false);
  expect((await lines()).map(({ action, outcome, rule }) => [action, outcome, rule])).toEqual([
    ['call.requested', 'pending', undefined],
    ['call.finished', 'failed', 'lease-lost'],
    ['call.finished', 'ok', undefined],
  ]);
});

test('everybody who follows hears of each step', async () => {
  const { row } = await desk.ledger.begin(desk.newCall());
  await desk.ledger.finish(row, { state: 'succeeded', answer: answerOf(row.id) });
  expect(desk.events).toMatchObject([{ state: 'dispatched' }, { state: 'succeeded' }]);
});
