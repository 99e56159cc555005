import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { inTransaction, isUniqueViolation, migrate, sql } from '../index.ts';
import type { Store, Transaction } from '../index.ts';

export type MakeStore = (options?: {
  poolSize?: number;
  statementTimeoutMs?: number;
  connectTimeoutMs?: number;
}) => Promise<Store>;

const WRITERS = 8;
const each = <T>(work: (writer: number) => Promise<T>) =>
  Promise.all(Array.from({ length: WRITERS }, (_, writer) => work(writer)));

/** Eight writers at once, on a server: what one connection would hide. */
export function describeConcurrency(make: MakeStore): void {
  describe('with eight writers', () => {
    let store: Store;
    beforeAll(async () => {
      store = await make({ poolSize: WRITERS + 2 });
      await sql`create table account (id int primary key, balance int not null)`.execute(store.db);
      await sql`create table task (id serial primary key, done_by int)`.execute(store.db);
    });
    afterAll(() => store.close());

    async function fresh(rows: number): Promise<void> {
      await sql`truncate account`.execute(store.db);
      await sql`insert into account select n, 0 from generate_series(1, ${rows}::int) n`.execute(store.db);
    }
    const balance = async (id: number) =>
      (await sql<{ balance: number }>`select balance from account where id = ${id}`.execute(store.db)).rows[0]?.balance;

    test('no update is lost where each reads, thinks and writes in a serializable transaction', async () => {
      await fresh(1);
      await each(async () => {
        for (let i = 0; i < 5; i++) await inTransaction(store.db, addOne, { isolation: 'serializable', retries: 200 });
      });
      expect(await balance(1)).toBe(WRITERS * 5);
    });

    test('gives up on a conflict that does not end, as `unavailable`', async () => {
      await fresh(1);
      const allHaveRead = barrier(WRITERS);
      const readThenAdd = async (transaction: Transaction) => {
        await sql`select balance from account`.execute(transaction);
        await allHaveRead();
        await sql`update account set balance = balance + 1 where id = 1`.execute(transaction);
      };
      const outcomes = await Promise.allSettled(
        Array.from({ length: WRITERS }, () =>
          inTransaction(store.db, readThenAdd, { isolation: 'serializable', retries: 0 }),
        ),
      );
      const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(failures).toHaveLength(WRITERS - 1);
      for (const { reason } of failures) expect(reason).toMatchObject({ code: 'unavailable', retryable: true });
      expect(await balance(1)).toBe(1);
    });

    test('a deadlock ends with both transactions done', async () => {
      await fresh(2);
      const bothHaveOne = barrier(2);
      const cross = (first: number, second: number) => {
        let attempt = 0;
        return inTransaction(store.db, async (transaction) => {
          await sql`update account set balance = balance + 1 where id = ${first}`.execute(transaction);
          if (attempt++ === 0) await bothHaveOne();
          await sql`update account set balance = balance + 1 where id = ${second}`.execute(transaction);
          return attempt;
        });
      };
      const attempts = await Promise.all([cross(1, 2), cross(2, 1)]);
      expect(attempts.toSorted()).toEqual([1, 2]);
      expect([await balance(1), await balance(2)]).toEqual([2, 2]);
    });

    test('SKIP LOCKED gives every task to exactly one writer', async () => {
      await sql`insert into task (done_by) select null from generate_series(1, 400)`.execute(store.db);
      const taken = (
        await each(async (writer) => {
          const mine: number[] = [];
          for (let id = await takeTask(store, writer); id !== undefined; id = await takeTask(store, writer))
            mine.push(id);
          return mine;
        })
      ).flat();
      expect(taken).toHaveLength(400);
      expect(new Set(taken).size).toBe(400);
    });

    test('an advisory lock lets in one at a time', async () => {
      let inside = 0;
      let most = 0;
      await each(() =>
        inTransaction(store.db, async (transaction) => {
          await sql`select pg_advisory_xact_lock(42)`.execute(transaction);
          most = Math.max(most, ++inside);
          await sql`select pg_sleep(0.01)`.execute(transaction);
          inside--;
        }),
      );
      expect(most).toBe(1);
    });

    test('one of eight equal inserts wins, and the others learn it as a duplicate', async () => {
      await fresh(0);
      const outcomes = await Promise.allSettled(
        Array.from({ length: WRITERS }, () => sql`insert into account values (7, 0)`.execute(store.db)),
      );
      const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(failures).toHaveLength(WRITERS - 1);
      expect(failures.every(({ reason }) => isUniqueViolation(reason, 'account_pkey'))).toBe(true);
    });

    test('eight processes may migrate an empty database at once', async () => {
      await sql`drop table schema_migration`.execute(store.db);
      await sql`drop schema public cascade`.execute(store.db);
      await sql`create schema public`.execute(store.db);
      const results = await each(() => migrate(store.db));
      const all = results.flatMap(({ applied }) => applied);
      expect(all.length).toBeGreaterThan(0);
      expect(new Set(all).size).toBe(all.length);
    });
  });

  describe('on bad days', () => {
    test('a statement over its time limit is `timeout`, and the connection serves the next', async () => {
      const store = await make({ poolSize: 1, statementTimeoutMs: 100 });
      await expect(sql`select pg_sleep(30)`.execute(store.db)).rejects.toMatchObject({ code: 'timeout' });
      await expect(sql`select 1 as one`.execute(store.db)).resolves.toMatchObject({ rows: [{ one: 1 }] });
      await store.close();
    });

    test('nobody waits for a free connection for ever', async () => {
      const store = await make({ poolSize: 1, connectTimeoutMs: 200 });
      const inside = store.db.transaction().execute(() => sql`select 1`.execute(store.db));
      await expect(inside).rejects.toMatchObject({ code: 'unavailable', suggestion: expect.any(String) });
      await store.close();
    });

    test('a terminated connection is `unavailable` to who used it, and the next statement opens another', async () => {
      const [store, killer] = [await make({ poolSize: 4 }), await make({ poolSize: 1 })];
      const running = sql`select pg_sleep(30)`.execute(store.db);
      const failed = expect(running).rejects.toMatchObject({ code: 'unavailable' });
      const inTheMiddle = inTransaction(store.db, async (transaction) => {
        await sql`create table half (id int)`.execute(transaction);
        await terminateAll(store, killer);
        await sql`select 1`.execute(transaction);
      });
      await expect(inTheMiddle).rejects.toMatchObject({ code: 'unavailable' });
      await failed;
      await expect(sql`select to_regclass('half') as half`.execute(store.db)).resolves.toMatchObject({
        rows: [{ half: null }],
      });
      expect(store.state()).toMatchObject({ state: 'up' });
      await Promise.all([store.close(), killer.close()]);
    });

    test('a listener learns that its connection was terminated', async () => {
      const [store, killer] = [await make({ poolSize: 2 }), await make({ poolSize: 1 })];
      const client = await store.queuePool.connect();
      const told = new Promise((resolve) => void client.on('error', resolve));
      await client.query('LISTEN news');
      await terminateAll(store, killer);
      expect(await told).toBeInstanceOf(Error);
      client.release(true);
      await Promise.all([store.close(), killer.close()]);
    });
  });
}

async function addOne(transaction: Transaction): Promise<void> {
  const { rows } = await sql<{ balance: number }>`select balance from account where id = 1`.execute(transaction);
  await sql`update account set balance = ${(rows[0]?.balance ?? 0) + 1} where id = 1`.execute(transaction);
}

async function takeTask(store: Store, writer: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    update task set done_by = ${writer}
    where id = (select id from task where done_by is null order by id for update skip locked limit 1)
    returning id`.execute(store.db);
  return rows[0]?.id;
}

/** Ends every connection to the database of `store`; `killer` sits in another. Resolves when the server has none left. */
async function terminateAll(store: Store, killer: Store): Promise<void> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(store.db);
  const name = rows[0]?.name;
  const deadline = performance.now() + 10_000;
  for (;;) {
    const ended = await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(
      killer.db,
    );
    if (ended.rows.length === 0) return;
    if (performance.now() > deadline) throw new Error('The connections do not end.');
    await delay(5);
  }
}

/** Resolves for all when the last has come. */
function barrier(size: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let arrived = 0;
  return async () => {
    if (++arrived === size) resolve(undefined);
    await promise;
  };
}
