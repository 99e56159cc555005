import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createMemoryBus } from '@devmesh/bus';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { inTransaction, type Store, sql } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { type Change, recordChanges } from './changes.ts';
import { type ChangeWatch, createChangeWatch } from './change-watch.ts';

let store: Store;
let watch: ChangeWatch;
let seen: (readonly Change[] | undefined)[];

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(async () => {
  const bus = createMemoryBus({ logger: silentLogger(), metrics: createMetrics({ service: 'test' }) });
  const onChanges = (changes: readonly Change[] | undefined) => seen.push(changes);
  seen = [];
  watch = createChangeWatch({
    db: store.db,
    bus,
    clock: systemClock,
    logger: silentLogger(),
    pollMs: 60_000,
    onChanges,
  });
  await watch.look();
  seen = [];
});
afterAll(() => store.close());

const record = (...ids: string[]) =>
  inTransaction(store.db, (tx) =>
    recordChanges(
      tx,
      'org',
      ids.map((id) => ({ kind: 'key', id })),
      new Date(),
    ),
  );
const idsSeen = () => seen.flatMap((changes) => changes?.map(({ id }) => id) ?? ['everything']);

test('hands each change on once, in order', async () => {
  await record('a', 'b');
  await record('c');
  await watch.look();
  await watch.look();
  expect(idsSeen()).toEqual(['a', 'b', 'c']);
});

test('hands on more than fit into one reading', async () => {
  const ids = Array.from({ length: 1_001 }, (_, i) => `k${i}`);
  await record(...ids);
  await watch.look();
  expect(idsSeen()).toEqual(ids);
});

test('a change that was rolled back is none', async () => {
  const rolledBack = inTransaction(store.db, async (tx) => {
    await recordChanges(tx, 'org', [{ kind: 'key', id: 'a' }], new Date());
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await watch.look();
  expect(seen).toEqual([]);
});

test('forgets everything where a change is missing, and goes on from there', async () => {
  await record('a', 'b');
  await sql`DELETE FROM identity_changes WHERE subject_id = 'a'`.execute(store.db);
  await watch.look();
  await record('c');
  await watch.look();
  expect(idsSeen()).toEqual(['everything', 'c']);
});

test('forgets everything when the database went back in time', async () => {
  await record('a');
  await watch.look();
  await sql`UPDATE identity_generation SET generation = 0`.execute(store.db);
  await sql`TRUNCATE identity_changes`.execute(store.db);
  await watch.look();
  await record('b');
  await watch.look();
  expect(idsSeen()).toEqual(['a', 'everything', 'b']);
});

test('a look that is asked for during another sees what was committed in between', async () => {
  const first = watch.look();
  await record('a');
  await Promise.all([first, watch.look(), watch.look()]);
  expect(idsSeen()).toEqual(['a']);
});
