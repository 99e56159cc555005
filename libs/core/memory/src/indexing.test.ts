import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { freshViewer, indexStates, memoryOver } from './test-memory.ts';
import type { TestMemory } from './test-memory.ts';
import type { Viewer } from './viewer.ts';

let store: Store;
let at: TestMemory;

beforeAll(async () => {
  store = await openTestStore();
  at = memoryOver(store.db);
}, 60_000);
afterAll(() => store.close());

/** Messages of many lengths and words, the same on every run. */
const lines = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return {
      role: n % 2 ? 'assistant' : 'user',
      content: `line ${n} about topic${n % 13} `.repeat(1 + ((n * 7919) % 20)).trim(),
    };
  });

async function expectConsistent(viewer: Viewer, contextIds: string[]) {
  const { actual, wanted } = await indexStates(store.db, at.memory, viewer, contextIds);
  expect(actual).toEqual(wanted);
}

test('what an index holds is what cutting all messages afresh would give, however the messages came', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'a', content: lines(10) });
  await at.work();
  for (let i = 0; i < 30; i++) {
    await at.memory.append(viewer, 'a', lines(1 + (i % 3), 10 + 3 * i));
    if (i % 4 === 0) await at.work();
  }
  await at.memory.create(viewer, {
    id: 'b',
    content: [...lines(3), { role: 'user', content: 'one long text. '.repeat(200) }, ...lines(5)],
  });
  await at.work();
  await expectConsistent(viewer, ['a', 'b']);
});

test('a replaced list leaves no piece of the old text, not even before the indexer has run', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'a', metadata: { messages: lines(60) } });
  await at.work();
  await at.memory.update(viewer, 'a', {
    metadata: { messages: [...lines(20), { role: 'user', content: 'rewritten' }] },
  });
  expect(
    (await at.memory.search(viewer, { query: 'topic7', limit: 100 })).results.every(
      ({ metadata }) => metadata.message_range[1] < 20,
    ),
  ).toBe(true);
  await at.work();
  await expectConsistent(viewer, ['a']);
});

test('deleting a context removes its pieces and takes its words off the counts', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'a', content: lines(30) });
  await at.memory.create(viewer, { id: 'b', content: lines(10) });
  await at.work();
  await at.memory.remove(viewer, 'a');
  await expectConsistent(viewer, ['b']);
  await at.memory.remove(viewer, 'b');
  const left = await store.db
    .selectFrom('memory_terms')
    .where('organization_id', '=', viewer.organizationId)
    .selectAll()
    .execute();
  expect(left).toEqual([]);
});

test('one message appended to a 10 MB context writes at most two pieces, and indexing it again writes none', async () => {
  const viewer = freshViewer();
  const big = Array.from({ length: 2_000 }, (_, i) => ({
    role: 'user',
    content: `entry ${i} ${'word'.repeat(1_200)}`,
  }));
  await at.memory.create(viewer, { id: 'big', content: big });
  expect((await at.work()).written).toBeGreaterThan(15_000);
  for (const content of ['short', 'x'.repeat(400), 'again short']) {
    await at.memory.append(viewer, 'big', { role: 'user', content });
    const { written, removed } = await at.work();
    expect(written + removed).toBeLessThanOrEqual(2);
  }
  expect(await at.memory.indexContext({ organizationId: viewer.organizationId, contextId: 'big' })).toEqual({
    written: 0,
    removed: 0,
  });
  expect(await at.memory.reindexContext(viewer.organizationId, 'big')).toEqual({ written: 0, removed: 0 });
}, 120_000);

test('indexing a long conversation again from its first message writes nothing', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'a', content: lines(3_000) });
  expect((await at.work()).written).toBeGreaterThan(500);
  expect(await at.memory.reindexContext(viewer.organizationId, 'a')).toEqual({ written: 0, removed: 0 });
  await expectConsistent(viewer, ['a']);
}, 60_000);

test('messages that are large but say little do not hold the indexer up', async () => {
  const viewer = freshViewer();
  const heavy = Array.from({ length: 300 }, (_, i) => ({
    role: 'user',
    content: `small ${i}`,
    metadata: { blob: 'x'.repeat(5_000) },
  }));
  await at.memory.create(viewer, { id: 'a', content: heavy });
  await at.work();
  expect((await at.memory.search(viewer, { query: '299' })).results[0]?.text).toContain('small 299');
});

test('an organisation that changes its chunker gets its pieces cut anew, once', async () => {
  const viewer = freshViewer();
  await at.memory.create(viewer, { id: 'a', content: lines(40) });
  await at.work();
  const large = memoryOver(store.db, { chunkerFor: () => '1000/200' });
  await large.memory.append(viewer, 'a', 'one more');
  await large.work();
  const versions = await store.db
    .selectFrom('memory_pieces')
    .where('organization_id', '=', viewer.organizationId)
    .select('chunker')
    .distinct()
    .execute();
  expect(versions).toEqual([{ chunker: '1000-200.1' }]);
  expect(await large.memory.reindexContext(viewer.organizationId, 'a')).toEqual({ written: 0, removed: 0 });
});

test('a write whose job was lost is found by the sweep, and not before its time', async () => {
  const viewer = freshViewer();
  const lost: unknown[] = [];
  let down = true;
  const queue = {
    add(_name: string, payload: unknown) {
      if (down) return Promise.reject(new AppError('unavailable', 'redis is away'));
      lost.push(payload);
      return Promise.resolve();
    },
  };
  const own = memoryOver(store.db, { queue });
  await own.memory.create(viewer, { id: 'a', content: 'lost and found' });
  down = false;
  expect(await own.memory.sweepOutbox()).toBe(0);
  own.now = new Date(own.now.getTime() + 6_000);
  await own.memory.sweepOutbox();
  expect(lost).toContainEqual({ organizationId: viewer.organizationId, contextId: 'a' });
});

test('writes that come while a job is on its way get one job more, not one each', async () => {
  const viewer = freshViewer();
  const waiting: (() => void)[] = [];
  let jobs = 0;
  const queue = { add: () => ((jobs += 1), new Promise<void>((resolve) => waiting.push(resolve))) };
  const own = memoryOver(store.db, { queue });
  await own.memory.create(viewer, { id: 'a', content: 'x' });
  for (let i = 0; i < 5; i++) await own.memory.append(viewer, 'a', 'y');
  expect(jobs).toBe(1);
  waiting.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(jobs).toBe(2);
});
