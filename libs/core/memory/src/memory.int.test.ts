import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPostgresQueue } from '@devmesh/queue';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { migrate, openPostgres, sql } from '@devmesh/store';
import type { Store } from '@devmesh/store';
import { createTestDatabase } from '@devmesh/store/testing';
import type { TestDatabase } from '@devmesh/store/testing';
import { freshViewer, indexStates, memoryOver } from './test-memory.ts';
import type { TestMemory } from './test-memory.ts';
import type { Viewer } from './viewer.ts';

const WRITERS = 8;
const common = { logger: silentLogger(), metrics: createMetrics({ service: 'test' }) };

for (const variable of ['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST']) {
  describe(`memory on ${variable}`, () => {
    let database: TestDatabase;
    let store: Store;
    let at: TestMemory;

    beforeAll(async () => {
      const url = process.env[variable];
      if (url === undefined) throw new Error(`${variable} is not set: npm run test:integration brings the servers up.`);
      database = await createTestDatabase(url);
      store = await openPostgres({ url: database.url, poolSize: 20, ...common });
      await migrate(store.db);
      at = memoryOver(store.db);
    });
    afterAll(async () => {
      await store.close();
      await database.drop();
    });

    const each = <Result>(work: (writer: number) => Promise<Result>) =>
      Promise.all(Array.from({ length: WRITERS }, (_, writer) => work(writer)));
    const index = (viewer: Viewer, contextId: string) =>
      at.memory.indexContext({ organizationId: viewer.organizationId, contextId });
    const message = (content: string) => ({ role: 'user', content });
    async function expectConsistent(viewer: Viewer, ids: string[]) {
      for (const id of ids) await index(viewer, id);
      const { actual, wanted } = await indexStates(store.db, at.memory, viewer, ids);
      expect(actual).toEqual(wanted);
    }

    test('eight writers append to one context: no message is lost, numbers have no gap, everybody keeps their order', async () => {
      const viewer = freshViewer();
      await at.memory.create(viewer, { id: 'c' });
      await each(async (writer) => {
        for (let i = 0; i < 25; i++) {
          const { first_sequence, last_sequence } = await at.memory.append(viewer, 'c', [
            message(`writer ${writer} says ${2 * i}`),
            message(`writer ${writer} says ${2 * i + 1}`),
          ]);
          expect(last_sequence).toBe(first_sequence + 1);
        }
      });
      const { data } = await at.memory.messages(viewer, 'c', { limit: 1000 });
      expect(data.map(({ sequence }) => sequence)).toEqual([...Array(400).keys()]);
      for (let writer = 0; writer < WRITERS; writer++) {
        const own = data.map(({ content }) => String(content)).filter((text) => text.startsWith(`writer ${writer} `));
        expect(own).toEqual(Array.from({ length: 50 }, (_, i) => `writer ${writer} says ${i}`));
      }
      expect(await at.memory.get(viewer, 'c')).toMatchObject({ message_count: 400, version: 201 });
    });

    test('eight writers with If-Match: every version is written by one, and no change is lost', async () => {
      const viewer = freshViewer();
      await at.memory.create(viewer, { id: 'c', metadata: { count: 0 } });
      await each(async () => {
        for (let done = 0; done < 5;) {
          const { version, metadata } = await at.memory.get(viewer, 'c');
          await at.memory.update(viewer, 'c', { metadata: { count: Number(metadata['count']) + 1 } }, version).then(
            () => done++,
            (error: unknown) => {
              expect(error).toMatchObject({ code: 'conflict' });
            },
          );
        }
      });
      expect(await at.memory.get(viewer, 'c')).toMatchObject({ version: 41, metadata: { count: 40 } });
    });

    test('eight make the same context: one is created, all get it', async () => {
      const viewer = freshViewer();
      const all = await each((writer) => at.memory.create(viewer, { id: 'same', content: `by ${writer}` }));
      expect(all.filter(({ created }) => created).length).toBe(1);
      expect(await at.memory.get(viewer, 'same')).toMatchObject({ message_count: 1 });
    });

    test('eight indexers on one context, while it grows, leave exactly what one would have left', async () => {
      const viewer = freshViewer();
      await at.memory.create(viewer, { id: 'c' });
      await each(async (writer) => {
        for (let i = 0; i < 15; i++) {
          await at.memory.append(
            viewer,
            'c',
            message(`shared words about checkout and rollout, writer ${writer} number ${i} ${'filler '.repeat(i)}`),
          );
          await index(viewer, 'c');
        }
      });
      await expectConsistent(viewer, ['c']);
    });

    test('eight indexers on contexts that share their words: no deadlock, and the counts are exact', async () => {
      const viewer = freshViewer();
      const ids = Array.from({ length: WRITERS }, (_, writer) => `c${writer}`);
      await each(async (writer) => {
        const words = ['alpha', 'beta', 'gamma', 'delta'].sort(() => (writer % 2 ? 1 : -1)).join(' ');
        await at.memory.create(viewer, { id: `c${writer}`, content: message(words) });
        for (let i = 0; i < 10; i++) {
          await at.memory.append(viewer, `c${writer}`, message(`${words} ${i} ${'checkout rollout '.repeat(12)}`));
          await index(viewer, `c${writer}`);
        }
      });
      await expectConsistent(viewer, ids);
    });

    test('replaced while it is indexed: nothing of the old text stays', async () => {
      const viewer = freshViewer();
      const list = (round: number) =>
        Array.from({ length: 80 }, (_, i) => message(`round${round} line ${i} ${'padding '.repeat(10)}`));
      await at.memory.create(viewer, { id: 'c', metadata: { messages: list(0) } });
      let over = false;
      const indexing = each(async () => {
        while (!over) await index(viewer, 'c');
      });
      for (let round = 1; round <= 10; round++) {
        await at.memory.update(viewer, 'c', { metadata: { messages: list(round) } });
        const { results } = await at.memory.search(viewer, { query: `round${round - 1}` });
        expect(results).toEqual([]);
      }
      over = true;
      await indexing;
      await expectConsistent(viewer, ['c']);
    });

    test('deleted while it is indexed and made again: no piece and no count is left of it', async () => {
      const viewer = freshViewer();
      for (let round = 0; round < 5; round++) {
        const content = Array.from({ length: 120 }, (_, i) =>
          message(`ghost${round} line ${i} ${'padding '.repeat(10)}`),
        );
        await at.memory.create(viewer, { id: 'c', content });
        await Promise.all([
          ...Array.from({ length: WRITERS }, () => index(viewer, 'c')),
          at.memory.remove(viewer, 'c'),
        ]);
        expect((await at.memory.search(viewer, { query: `ghost${round}` })).results).toEqual([]);
      }
      await at.memory.create(viewer, { id: 'c', content: 'alive' });
      await expectConsistent(viewer, ['c']);
    });

    test('appended, replaced, deleted, indexed and swept all at once: no deadlock reaches a caller, the index ends right', async () => {
      const viewer = freshViewer();
      const ids = ['a', 'b', 'c'];
      const idOf = (n: number) => ids[n % 3] ?? 'a';
      const missing = (error: unknown) => {
        expect(error).toMatchObject({ code: 'not_found' });
      };
      await each(async (writer) => {
        for (let i = 0; i < 12; i++) {
          const id = idOf(writer + i);
          await at.memory.create(viewer, { id });
          await at.memory.append(viewer, id, message(`common words ${writer} ${i}`)).catch(missing);
          if (i % 3 === 0)
            await at.memory
              .update(viewer, id, { metadata: { messages: [message(`list ${writer}`), message(`item ${i}`)] } })
              .catch(missing);
          if (i % 5 === writer % 5) await at.memory.remove(viewer, id).catch(missing);
          await index(viewer, id);
          if (writer === 0) await at.memory.sweep();
        }
      });
      for (const id of ids) await at.memory.create(viewer, { id });
      await expectConsistent(viewer, ids);
      const { data } = await at.memory.messages(viewer, 'a', { limit: 1000 });
      expect(data.map(({ sequence }) => sequence)).toEqual([...data.keys()]);
    });

    test('eight sweepers delete what has expired once each', async () => {
      const viewer = freshViewer();
      const own = memoryOver(store.db);
      for (let i = 0; i < 20; i++)
        await own.memory.create(viewer, { id: `c${i}`, ttl_seconds: 1, content: `short lived ${i}` });
      await own.work();
      own.now = new Date(own.now.getTime() + 2_000);
      const swept = await each(() => own.memory.sweep());
      expect(swept.reduce((sum, { expired }) => sum + expired, 0)).toBe(20);
      expect((await indexStates(store.db, own.memory, viewer, [])).actual).toEqual({ pieces: [], terms: {} });
    });

    test('none of all this made the server break a deadlock', async () => {
      const { rows } = await sql<{
        deadlocks: string;
      }>`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`.execute(store.db);
      expect(Number(rows[0]?.deadlocks)).toBe(0);
    });

    test('what was just written is found within about a second, through the queue', async () => {
      const queue = createPostgresQueue({ pool: store.queuePool, ...common });
      const viewer = freshViewer();
      const own = memoryOver(store.db, { queue });
      const stop = await queue.work({
        'context.index': async (job, { signal }) => void (await own.memory.indexContext(job, signal)),
      });
      try {
        await own.memory.create(viewer, { id: 'warm', content: 'warm up' });
        await untilFound(own, viewer, 'warm');
        const started = performance.now();
        await own.memory.create(viewer, { id: 'c', content: 'the freshly written zebra' });
        await untilFound(own, viewer, 'zebra');
        expect(performance.now() - started).toBeLessThan(1_500);
      } finally {
        await stop();
        await queue.close();
      }
    });
  });
}

async function untilFound({ memory }: TestMemory, viewer: Viewer, query: string): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end;) {
    if ((await memory.search(viewer, { query })).results.length > 0) return;
  }
  throw new Error(`"${query}" was not found`);
}
