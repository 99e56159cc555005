import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { answerOf, openDesk, type Desk } from './calls.fixtures.ts';

let store: Store;
let desk: Desk;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => void (desk = openDesk(store.db)));
afterAll(() => store.close());

const begin = async (over = {}) => (await desk.ledger.begin(desk.newCall(over))).row;

test('a call is seen by who made it, by their user, and by those who answer for all', async () => {
  const row = await begin({ principal: desk.principal({ userId: 'bob' }) });
  const seen = [
    desk.principal(),
    desk.principal({ id: 'key:second', userId: 'bob' }),
    desk.person('eve', ['auditor']),
    desk.person('eve', ['approver']),
    desk.owner,
  ];
  for (const principal of seen) expect((await desk.history.get(principal, row.id)).id).toBe(row.id);
  const blind = [
    desk.principal({ id: 'key:second' }),
    desk.person('eve', ['operator']),
    { ...desk.owner, organizationId: 'org_other' },
  ];
  for (const principal of blind) {
    await expect(desk.history.get(principal, row.id)).rejects.toMatchObject({ code: 'not_found' });
    expect((await desk.history.list(principal, {}, 10)).rows).toEqual([]);
  }
});

test('history is paged without a gap or a repeat, also within one millisecond', async () => {
  const ids = [];
  for (let i = 0; i < 7; i++) ids.push((await begin()).id);
  const found: string[] = [];
  let page = await desk.history.list(desk.owner, {}, 3);
  for (;;) {
    found.push(...page.rows.map(({ id }) => id));
    if (!page.next) break;
    page = await desk.history.list(desk.owner, {}, 3, page.next);
  }
  expect(found.toSorted()).toEqual(ids.toSorted());
  expect(found).toHaveLength(7);
});

test('history is filtered by tool, state and time', async () => {
  const row = await begin();
  await desk.ledger.finish(row, { state: 'succeeded', answer: answerOf(row.id) });
  await begin({ approval: desk.approval });
  const count = async (filters: object) => (await desk.history.list(desk.owner, filters, 10)).rows.length;
  expect(await count({ state: 'succeeded' })).toBe(1);
  expect(await count({ tool: 'lamp.turn' })).toBe(2);
  expect(await count({ tool: 'other' })).toBe(0);
  expect(await count({ from: '2026-03-01T12:00:00.001Z' })).toBe(0);
  expect(await count({ from: '2026-03-01T13:00:00+01:00', to: '2026-03-01T12:00:00.001Z' })).toBe(2);
});

test('whoever waits is woken by the end of the call', async () => {
  const row = await begin();
  const waiting = desk.history.wait(desk.owner, row.id, new AbortController().signal);
  await desk.ledger.finish(row, { state: 'succeeded', answer: answerOf(row.id) });
  expect((await waiting).state).toBe('succeeded');
});

test('an end whose event was lost is found all the same', async () => {
  const row = await begin();
  const waiting = desk.history.wait(desk.owner, row.id, new AbortController().signal);
  desk.followers.clear();
  await desk.ledger.finish(row, { state: 'succeeded', answer: answerOf(row.id) });
  expect((await waiting).state).toBe('succeeded');
});

test('a wait that is aborted answers how things are, and follows nothing any more', async () => {
  const row = await begin();
  const controller = new AbortController();
  const waiting = desk.history.wait(desk.owner, row.id, controller.signal);
  controller.abort();
  expect((await waiting).state).toBe('dispatched');
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  expect(desk.followers.size).toBe(0);
});

test('a wait for a call that is not theirs to see fails at once', async () => {
  const row = await begin();
  const wait = desk.history.wait(desk.principal({ id: 'key:other' }), row.id, new AbortController().signal);
  await expect(wait).rejects.toMatchObject({ code: 'not_found' });
  expect(desk.followers.size).toBe(0);
});
