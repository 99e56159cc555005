import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { sql } from '@devmesh/store';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { createAuditBatcher } from './batcher.ts';
import type { AuditBatcher, AuditBatcherParts } from './batcher.ts';
import type { AuditEvent } from './event.ts';
import { searchAudit } from './search.ts';

let store: Store;
let organizationId: string;
let batcher: AuditBatcher;
let count = 0;
const metrics = createMetrics({ service: 'test' });

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => {
  organizationId = `org_${++count}`;
  batcher = make();
});
afterEach(() => batcher.stop());
afterAll(() => store.close());

const make = (change: Partial<AuditBatcherParts> = {}) =>
  createAuditBatcher({ db: store.db, logger: silentLogger(), metrics, ...change });
const event = (target: string): AuditEvent => ({
  organizationId,
  actor: { id: 'key:1', label: 'ci', kind: 'key' },
  action: 'call.finished',
  outcome: 'ok',
  target,
});
const kept = async () =>
  (await searchAudit(store.db, organizationId, {}, undefined, 200)).lines.map((line) => line.target);

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

/** The store goes away without being closed: nobody can write the table. */
async function away(run: () => Promise<void>): Promise<void> {
  await sql`alter table audit_events rename to audit_events_away`.execute(store.db);
  try {
    await run();
  } finally {
    await sql`alter table audit_events_away rename to audit_events`.execute(store.db);
  }
}

test('lines are written by themselves, in order', async () => {
  batcher.add(event('a'));
  batcher.add(event('b'));
  await until(async () => (await kept()).length === 2);
  expect(await kept()).toEqual(['b', 'a']);
});

test('a full batch does not wait for the clock', async () => {
  // The delay never ends.
  jest.spyOn(globalThis, 'setTimeout').mockImplementation((() => ({ unref: () => undefined })) as never);
  batcher = make({ maxLines: 3 });
  for (const target of ['a', 'b', 'c']) batcher.add(event(target));
  await until(async () => (await kept()).length === 3);
});

test('a flush, and a stop, end when everything is committed', async () => {
  for (let i = 0; i < 450; i++) batcher.add(event(`t${i}`));
  await batcher.flush();
  expect((await kept()).length).toBe(200);
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from audit_events where organization_id = ${organizationId}`.execute(store.db);
  expect(rows[0]!.n).toBe(450);
  batcher.add(event('last'));
  await batcher.stop();
  expect((await kept())[0]).toBe('last');
});

test('while the store is away lines wait, each once, and are written when it is back', async () => {
  await away(async () => {
    batcher.add(event('a'));
    await expect(batcher.flush()).rejects.toThrow();
    batcher.add(event('b'));
    await expect(batcher.flush()).rejects.toThrow();
  });
  await batcher.flush();
  expect(await kept()).toEqual(['b', 'a']);
});

test('what waits is bounded, and what is dropped is counted', async () => {
  batcher = make({ maxWaiting: 5, maxLines: 100 });
  await away(async () => {
    for (let i = 0; i < 8; i++) batcher.add(event(`t${i}`));
    await expect(batcher.flush()).rejects.toThrow();
  });
  await batcher.flush();
  expect(await kept()).toHaveLength(5);
  expect(await metrics.text()).toMatch(/batch_items_dropped_total\{.*batch="audit".*\} 3/);
});

test('a batch whose answer was lost is not written twice', async () => {
  const db = store.db;
  let lost = true;
  const insertInto = ((table: 'audit_events') => {
    const values = (rows: never) => {
      const insert = db.insertInto(table).values(rows);
      const onConflict = (how: never) => ({
        execute: async () => {
          await insert.onConflict(how).execute();
          if (!lost) return;
          lost = false;
          throw new Error('Connection terminated unexpectedly');
        },
      });
      return { onConflict };
    };
    return { values };
  }) as unknown as typeof db.insertInto;
  batcher = make({ db: { insertInto } as typeof db });
  batcher.add(event('a'));
  await expect(batcher.flush()).rejects.toThrow('terminated');
  await batcher.flush();
  expect(await kept()).toEqual(['a']);
});

test('one line that the database never takes does not hold up the others', async () => {
  batcher.add(event('a'));
  batcher.add({ ...event('bad'), at: new Date(8.64e15) });
  batcher.add({ ...event('bad too'), organizationId: null as unknown as string });
  batcher.add(event('b'));
  await batcher.flush();
  expect(await kept()).toEqual(expect.arrayContaining(['a', 'b']));
});

test('a line is as it was when it was added', async () => {
  const details = { replicas: 1, password: 'hunter2' };
  batcher.add({ ...event('a'), details });
  details.replicas = 2;
  await batcher.flush();
  const { lines } = await searchAudit(store.db, organizationId);
  expect(lines[0]!.details).toEqual({ replicas: 1, password: expect.not.stringContaining('hunter2') });
});
