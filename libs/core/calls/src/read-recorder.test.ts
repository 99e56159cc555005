import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { searchAudit } from '@devmesh/audit';
import { sql, type Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { answerOf, openDesk, type Desk } from './calls.fixtures.ts';

let store: Store;
let desk: Desk;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => void (desk = openDesk(store.db)));
afterAll(() => store.close());

const lines = async () => (await searchAudit(store.db, desk.organizationId, {}, undefined, 200)).lines;
const record = (over = {}, rule?: string) => {
  const call = desk.newCall(over);
  return desk.reads.record(call, rule === undefined ? 'succeeded' : 'denied', answerOf(call.id), rule);
};

test('many reads are written with one statement each for rows and audit lines', async () => {
  await Promise.all(Array.from({ length: 150 }, () => record()));
  await desk.reads.flush();
  expect(await desk.rows()).toHaveLength(150);
  expect(await lines()).toHaveLength(150);
});

test('a denial keeps its rule', async () => {
  await record({}, 'scope-read');
  await desk.reads.flush();
  expect(await lines()).toMatchObject([{ outcome: 'denied', rule: 'scope-read' }]);
});

test('one row that the database never takes does not hold up the others', async () => {
  await record({ id: null });
  await record();
  await record({ id: null });
  await desk.reads.flush();
  expect(await desk.rows()).toHaveLength(1);
  expect(desk.errors).toEqual(Array(2).fill('the row of a read was refused by the database and is lost'));
});

test('while the database is away reads wait, and are written once when it is back', async () => {
  await sql`alter table calls rename to calls_away`.execute(store.db);
  await record();
  await expect(desk.reads.flush()).rejects.toThrow();
  await sql`alter table calls_away rename to calls`.execute(store.db);
  await desk.reads.flush();
  expect(await desk.rows()).toHaveLength(1);
  expect(await lines()).toHaveLength(1);
});

test('a row that is there already, because its answer was lost, brings no second audit line', async () => {
  const call = desk.newCall();
  await desk.reads.record(call, 'succeeded', answerOf(call.id));
  await desk.reads.record(call, 'succeeded', answerOf(call.id));
  await desk.reads.flush();
  await desk.reads.record(call, 'succeeded', answerOf(call.id));
  await desk.reads.flush();
  expect(await lines()).toHaveLength(1);
});
