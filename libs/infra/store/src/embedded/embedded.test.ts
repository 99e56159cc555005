import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { describeStore } from '../conformance.ts';
import { migrate, openEmbedded, readFolderLock, sql } from '../index.ts';
import type { EmbeddedStore } from '../index.ts';
import { openTestStore } from '../testing.ts';

describeStore('embedded', () => openTestStore(), { concurrent: false });

describe('the one connection', () => {
  let store: EmbeddedStore;
  beforeAll(async () => {
    store = await openTestStore({ acquireTimeoutMs: 200 });
  });
  afterAll(() => store.close());

  test('using db inside a transaction fails soon, and names the transaction', async () => {
    const inside = store.db.transaction().execute(async (transaction) => {
      await sql`select 'the culprit'`.execute(transaction);
      await sql`select 1`.execute(store.db);
    });
    await expect(inside).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/a transaction of pool "app" \(last: select 'the culprit'\)/),
      suggestion: expect.stringContaining('use the transaction'),
    });
    await expect(sql`select 1 as one`.execute(store.db)).resolves.toMatchObject({ rows: [{ one: 1 }] });
  });

  test('a transaction that its client forgot is rolled back for the next', async () => {
    const client = await store.queuePool.connect();
    await client.query('begin');
    await client.query('create table public.forgotten (id int)');
    client.release();
    expect((await sql`select to_regclass('forgotten') as found`.execute(store.db)).rows).toEqual([{ found: null }]);
  });

  test('statements of others wait for the end of a transaction', async () => {
    const order: string[] = [];
    const other = store.db.transaction().execute(async (transaction) => {
      await sql`select 1`.execute(transaction);
      order.push('first');
      await sql`select 1`.execute(transaction);
      order.push('second');
    });
    const waiting = sql`select 1`.execute(store.db).then(() => order.push('third'));
    await Promise.all([other, waiting]);
    expect(order).toEqual(['first', 'second', 'third']);
  });

  test.each([
    'LISTEN jobs',
    'listen "jobs";\n',
    '-- Subscribe to the shared channel (fixed name).\n-- Second line.\nLISTEN jobs;\n',
    '/* why */ LISTEN jobs',
  ])('hears the channel that it asked for by %j', async (text) => {
    const client = await store.queuePool.connect();
    const heard = new Promise(
      (resolve) => void client.on('notification', ({ payload }: { payload?: string }) => resolve(payload)),
    );
    await client.query(text);
    await sql`select pg_notify('jobs', 'here')`.execute(store.db);
    expect(await heard).toBe('here');
    client.release();
  });

  test('a notification that came while the client had no handler is handed over with the next', async () => {
    const client = await store.queuePool.connect();
    await client.query('LISTEN jobs');
    await sql`select pg_notify('jobs', 'one')`.execute(store.db);
    const heard = new Promise(
      (resolve) =>
        void client.on('notification', (message: { payload?: string }) => {
          resolve(message.payload);
        }),
    );
    expect(await heard).toBe('one');
    client.release();
  });
});

describe('the data folder', () => {
  let folder: string;
  const common = { logger: silentLogger(), metrics: createMetrics({ service: 'test' }) };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devmesh-store-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('keeps what was committed over a restart, and is open to one at a time', async () => {
    const first = await openEmbedded({ folder, ...common });
    await migrate(first.db);
    await sql`create table kept as select 42 as answer`.execute(first.db);
    await expect(openEmbedded({ folder, ...common })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${String(process.pid)}`),
    });
    await first.close();
    expect(await readFolderLock(folder)).toBeUndefined();

    const second = await openEmbedded({ folder, ...common });
    expect((await sql`select answer from kept`.execute(second.db)).rows).toEqual([{ answer: 42 }]);
    await second.close();
  });
});
