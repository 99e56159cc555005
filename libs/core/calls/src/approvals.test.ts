import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { searchAudit } from '@devmesh/audit';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { openDesk, type Desk } from './calls.fixtures.ts';

let store: Store;
let desk: Desk;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => void (desk = openDesk(store.db)));
afterAll(() => store.close());

async function ask(): Promise<{ callId: string; id: string }> {
  const { row, approvalId = '' } = await desk.ledger.begin(desk.newCall({ approval: desk.approval }));
  return { callId: row.id, id: approvalId };
}
const decide = (id: string, verdict: 'approved' | 'refused' = 'approved', person = desk.owner) =>
  desk.approvals.decide(person, id, verdict, 'because');

test('an approval says who gave it and why, and wakes the execution', async () => {
  const { id, callId } = await ask();
  expect(await decide(id)).toMatchObject({ status: 'approved', decided_by: 'ada', decision_reason: 'because' });
  expect(desk.queued).toEqual([{ organizationId: desk.organizationId, callId }]);
  const { lines } = await searchAudit(store.db, desk.organizationId, { action: 'approval.approved' });
  expect(lines).toMatchObject([{ actor: { id: 'user:ada' }, callId, details: { approval_id: id } }]);
});

test.each([
  ['a key, whatever it holds', () => desk.principal({ roles: ['owner'], scopes: ['admin'] })],
  ['an operator', () => desk.person('eve', ['operator'])],
  ['an auditor', () => desk.person('eve', ['auditor'])],
])('%s may not decide', async (_who, who) => {
  const { id } = await ask();
  await expect(decide(id, 'approved', who())).rejects.toMatchObject({ code: 'forbidden' });
  expect((await desk.approvals.get(desk.organizationId, id)).approval.status).toBe('pending');
});

test('an owner of another organisation finds nothing', async () => {
  const { id } = await ask();
  const foreigner = { ...desk.owner, organizationId: 'org_other' };
  await expect(decide(id, 'approved', foreigner)).rejects.toMatchObject({ code: 'not_found' });
});

test('a decision is made once, and the second hears of the first', async () => {
  const { id } = await ask();
  await decide(id, 'refused');
  await expect(decide(id)).rejects.toMatchObject({
    code: 'conflict',
    message: 'This was refused by ada@acme.test already.',
    details: { status: 'refused' },
  });
  expect(desk.queued).toEqual([]);
});

test('what was refused has ended, by the hand of who refused it', async () => {
  const { id, callId } = await ask();
  await decide(id, 'refused');
  expect(await desk.history.get(desk.owner, callId)).toMatchObject({ state: 'refused', input_sealed: null });
  const { lines } = await searchAudit(store.db, desk.organizationId, { action: 'call.refused' });
  expect(lines).toMatchObject([{ actor: { id: 'user:ada' } }]);
});

test('an approval that came too late is none, before the sweep and after it', async () => {
  const { id, callId } = await ask();
  desk.advance(3_600_000);
  await expect(decide(id)).rejects.toMatchObject({ code: 'conflict', details: { status: 'expired' } });
  expect(await desk.approvals.expire()).toBeGreaterThan(0);
  expect((await desk.history.get(desk.owner, callId)).state).toBe('expired');
  await expect(decide(id)).rejects.toMatchObject({ code: 'conflict', details: { status: 'expired' } });
  expect(await desk.approvals.list(desk.organizationId, 'pending', 10)).toEqual([]);
});

test('an approved call whose job was lost is queued again by the sweep, until it is taken', async () => {
  const { id, callId } = await ask();
  desk.queue.away = true;
  await decide(id);
  desk.queue.away = false;
  await desk.approvals.reconcile();
  expect(desk.queued).toContainEqual({ organizationId: desk.organizationId, callId });
  await desk.ledger.claimApproved(desk.organizationId, callId);
  desk.queued.splice(0);
  await desk.approvals.reconcile();
  expect(desk.queued).not.toContainEqual({ organizationId: desk.organizationId, callId });
});

test('a call is claimed only after a yes, and once', async () => {
  const { id, callId } = await ask();
  expect(await desk.ledger.claimApproved(desk.organizationId, callId)).toBeUndefined();
  await decide(id);
  expect(await desk.ledger.claimApproved('org_other', callId)).toBeUndefined();
  expect(await desk.ledger.claimApproved(desk.organizationId, callId)).toMatchObject({ state: 'dispatched' });
  expect(await desk.ledger.claimApproved(desk.organizationId, callId)).toBeUndefined();
});
