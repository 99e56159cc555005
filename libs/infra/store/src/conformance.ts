import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeConcurrency } from './conformance/concurrency.ts';
import type { MakeStore } from './conformance/concurrency.ts';
import { inTransaction, isUniqueViolation, migrate, schemaVersion, sql, waitForSchema } from './index.ts';
import type { Store } from './index.ts';

export interface StoreSuiteOptions {
  /**
   * Whether the store has more than one connection. The embedded form has one: nothing can race on it, so the section of
   * eight writers would pass whatever the code does, and is left out.
   */
  concurrent: boolean;
}

/** What every form of the store guarantees. `make` gives a migrated store with a database of its own. */
export function describeStore(name: string, make: MakeStore, { concurrent }: StoreSuiteOptions): void {
  describe(`store: ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await make();
      await sql`create table note (id int primary key, text text, constraint note_text unique (text))`.execute(
        store.db,
      );
      await store.queuePool.query('create schema if not exists bullmq');
    });
    afterAll(() => store.close());

    test('reads values in the same types in both forms', async () => {
      const { rows } = await sql`
        select 9007199254740991::int8 as big, count(*) as counted, date '2026-02-03' as day,
               timestamptz '2026-02-03 04:05:06+02' as at, timestamp '2026-02-03 04:05:06' as without_zone,
               '\\x00ff'::bytea as bytes, '{"a":[1]}'::jsonb as json, 1.50::numeric as money, array['a', null] as list,
               '[1,2]'::vector::text as vector`.execute(store.db);
      expect(rows[0]).toEqual({
        big: 9007199254740991,
        counted: 1,
        day: '2026-02-03',
        at: new Date('2026-02-03T02:05:06Z'),
        without_zone: new Date('2026-02-03T04:05:06Z'),
        bytes: Buffer.from([0, 255]),
        json: { a: [1] },
        money: '1.50',
        list: ['a', null],
        vector: '[1,2]',
      });
    });

    test('refuses an integer that does not fit a number rather than giving a wrong one', async () => {
      await expect(sql`select 9007199254740993::int8 as big`.execute(store.db)).rejects.toThrow('does not fit');
      await expect(sql`select 1 as fine`.execute(store.db)).resolves.toMatchObject({ rows: [{ fine: 1 }] });
    });

    test('stores undefined as null, and JSON given as text', async () => {
      const { rows } =
        await sql`select ${undefined}::text as nothing, ${JSON.stringify([1, 'ü'])}::jsonb as json`.execute(store.db);
      expect(rows).toEqual([{ nothing: null, json: [1, 'ü'] }]);
    });

    test('keeps nothing of a transaction that failed', async () => {
      const failing = inTransaction(store.db, async (transaction) => {
        await sql`insert into note values (1, 'one')`.execute(transaction);
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await notes(store)).toEqual([]);
    });

    test('says so when a transaction that had failed inside is committed', async () => {
      const swallowed = inTransaction(store.db, async (transaction) => {
        await sql`select 1 / 0`.execute(transaction).catch(() => undefined);
      });
      await expect(swallowed).rejects.toThrow();
    });

    test('joins the transaction that it is called in', async () => {
      const outer = inTransaction(store.db, async (transaction) => {
        await inTransaction(transaction, (inner) => sql`insert into note values (2, 'two')`.execute(inner));
        throw new Error('all of it');
      });
      await expect(outer).rejects.toThrow('all of it');
      expect(await notes(store)).toEqual([]);
    });

    test('tells a duplicate by its constraint', async () => {
      await sql`insert into note values (3, 'three')`.execute(store.db);
      const failure: unknown = await sql`insert into note values (4, 'three')`
        .execute(store.db)
        .catch((e: unknown) => e);
      expect(isUniqueViolation(failure)).toBe(true);
      expect(isUniqueViolation(failure, 'note_text')).toBe(true);
      expect(isUniqueViolation(failure, 'note_pkey')).toBe(false);
      await sql`delete from note`.execute(store.db);
    });

    test('has run every migration, and running them again does nothing', async () => {
      expect(await schemaVersion(store.db)).toMatchObject({ pending: [], isReady: true });
      expect(await Promise.all([migrate(store.db), migrate(store.db)])).toMatchObject([
        { applied: [] },
        { applied: [] },
      ]);
      await waitForSchema(store.db, { timeoutMs: 1 });
    });

    test('keeps the tables of application and queue apart', async () => {
      await store.queuePool.query('create table job (id int)');
      await expect(sql`select * from job`.execute(store.db)).rejects.toMatchObject({ code: '42P01' });
      const paths = await Promise.all([
        sql<{ path: string }>`select current_schema() as path`.execute(store.db).then(({ rows }) => rows[0]?.path),
        store.queuePool.query<{ path: string }>('select current_schema() as path').then(({ rows }) => rows[0]?.path),
        sql<{ path: string }>`select current_schema() as path`.execute(store.db).then(({ rows }) => rows[0]?.path),
      ]);
      expect(paths).toEqual(['public', 'bullmq', 'public']);
    });

    test('delivers a notification to a client that listens, once it is committed', async () => {
      const client = await store.queuePool.connect();
      const heard = new Promise((resolve) => {
        client.on('notification', ({ channel, payload }: { channel: string; payload?: string }) => {
          resolve({ channel, payload });
        });
      });
      await client.query('LISTEN news');
      await inTransaction(store.db, (transaction) => sql`select pg_notify('news', 'extra')`.execute(transaction));
      expect(await heard).toEqual({ channel: 'news', payload: 'extra' });
      client.release(true);
    });

    test('says which versions it has, and that it is up', async () => {
      expect(await store.version()).toMatchObject({
        server: expect.stringMatching(/^1[78]\./),
        pgvector: expect.stringMatching(/^0\.8/),
      });
      expect(store.state()).toMatchObject({ state: 'up' });
    });

    test('answers `unavailable` after it was closed', async () => {
      const other = await make();
      await Promise.all([other.close(), other.close()]);
      await expect(sql`select 1`.execute(other.db)).rejects.toMatchObject({ code: 'unavailable' });
    });

    if (concurrent) describeConcurrency(make);
  });
}

async function notes(store: Store): Promise<unknown[]> {
  return (await sql`select * from note`.execute(store.db)).rows;
}
