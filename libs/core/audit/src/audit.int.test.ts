import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { migrate, openPostgres, sql } from '@devmesh/store';
import type { Store } from '@devmesh/store';
import { createTestDatabase } from '@devmesh/store/testing';
import type { TestDatabase } from '@devmesh/store/testing';
import { appendAudit } from './append.ts';
import { createAuditBatcher } from './batcher.ts';
import type { AuditEvent } from './event.ts';
import { sealAudit } from './seal.ts';
import { verifyAudit } from './verify.ts';

const WRITERS = 8;
const LINES = 60;

describe.each(['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST'])('audit on %s', (variable) => {
  let database: TestDatabase;
  let store: Store;
  let operator: Store;
  let databaseName: string;

  beforeAll(async () => {
    const url = process.env[variable];
    if (!url) throw new Error(`${variable} is not set: \`npm run test:integration\` starts a Postgres and sets it.`);
    database = await createTestDatabase(url);
    const metrics = createMetrics({ service: 'test' });
    store = await openPostgres({ url: database.url, poolSize: 2 * WRITERS, logger: silentLogger(), metrics });
    operator = await openPostgres({ url, poolSize: 1, logger: silentLogger(), metrics });
    databaseName = new URL(database.url).pathname.slice(1);
    await migrate(store.db);
  });
  afterAll(async () => {
    await store.close();
    await operator.close();
    await database.drop();
  });

  const event = (organizationId: string, target: string): AuditEvent => ({
    organizationId,
    actor: { id: 'key:1', label: 'ci', kind: 'key' },
    action: 'call.finished',
    outcome: 'ok',
    target,
    details: { nested: { b: 1.5, a: ['ü', null] } },
  });

  async function sealAll(): Promise<number> {
    let lines = 0;
    for (let sealed = -1; sealed !== 0; lines += sealed) sealed = await sealAudit(store.db);
    return lines;
  }

  test('eight appenders and eight sealers at one time make one whole chain for each organisation', async () => {
    const organizations = ['org_1', 'org_2', 'org_3'];
    let appending = WRITERS;
    const appenders = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let i = 0; i < LINES; i++) await appendAudit(store.db, event(organizations[i % 3]!, `${writer}-${i}`));
      appending--;
    });
    const sealers = Array.from({ length: WRITERS }, async () => {
      let lines = 0;
      while (appending > 0) lines += await sealAudit(store.db);
      return lines;
    });
    await Promise.all(appenders);
    const sealed = (await Promise.all(sealers)).reduce((sum, lines) => sum + lines, 0) + (await sealAll());
    expect(sealed).toBe(WRITERS * LINES);
    for (const organization of organizations) {
      const lines = (WRITERS * LINES) / 3;
      expect(await verifyAudit(store.db, organization)).toEqual({ ok: true, lines, sealed: lines });
    }
  });

  test('a line whose transaction took long is sealed after those that overtook it', async () => {
    await store.db.transaction().execute(async (slow) => {
      await appendAudit(slow, event('org_slow', 'slow'));
      await appendAudit(store.db, event('org_slow', 'fast'));
      expect(await sealAudit(store.db)).toBe(1);
    });
    expect(await sealAudit(store.db)).toBe(1);
    const { rows } = await sql<{ target: string }>`
      select target from audit_events where organization_id = 'org_slow' order by seq`.execute(store.db);
    expect(rows.map((row) => row.target)).toEqual(['fast', 'slow']);
    expect(await verifyAudit(store.db, 'org_slow')).toMatchObject({ ok: true, sealed: 2 });
  });

  test('an organisation that another is sealing holds nobody up', async () => {
    await appendAudit(store.db, event('org_held', 'a'));
    await sealAudit(store.db);
    await appendAudit(store.db, event('org_held', 'b'));
    await appendAudit(store.db, event('org_free', 'c'));
    await store.db.transaction().execute(async (other) => {
      await sql`select 1 from audit_heads where organization_id = 'org_held' for update`.execute(other);
      expect(await sealAudit(store.db)).toBe(1);
    });
    expect(await sealAudit(store.db)).toBe(1);
    expect(await verifyAudit(store.db, 'org_free')).toMatchObject({ ok: true, sealed: 1 });
  });

  test('verifying while others append and seal finds no fault', async () => {
    let appending = true;
    const appender = (async () => {
      for (let i = 0; i < 300; i++) await appendAudit(store.db, event('org_busy', `${i}`));
      appending = false;
    })();
    const sealer = (async () => {
      while (appending) await sealAudit(store.db);
    })();
    while (appending) expect((await verifyAudit(store.db, 'org_busy')).firstFault).toBeUndefined();
    await Promise.all([appender, sealer]);
  });

  test('no line can be changed, deleted or truncated, sealing and plain', async () => {
    await appendAudit(store.db, event('org_locked', 'a'));
    const statements = [
      sql`update audit_events set outcome = 'denied' where organization_id = 'org_locked'`,
      sql`delete from audit_events where organization_id = 'org_locked'`,
      sql`truncate audit_events`,
    ];
    for (const statement of statements) await expect(statement.execute(store.db)).rejects.toThrow(/append-only/);
    await sealAll();
    for (const statement of statements) await expect(statement.execute(store.db)).rejects.toThrow(/append-only/);
  });

  test('batched lines survive connections that are cut under them, each once', async () => {
    const metrics = createMetrics({ service: 'test' });
    const batcher = createAuditBatcher({ db: store.db, logger: silentLogger(), metrics, maxLines: 10, maxDelayMs: 20 });
    for (let i = 0; i < 200; i++) {
      batcher.add(event('org_cut', `${i}`));
      if (i % 50 === 25) {
        // From outside: a statement of our own pool could meet a connection that it has just cut.
        await sql`
          select pg_terminate_backend(pid) from pg_stat_activity where datname = ${databaseName}`.execute(operator.db);
      }
    }
    await untilWritten(batcher.flush);
    const { rows } = await sql<{ lines: number; targets: number }>`
      select count(*) as lines, count(distinct target) as targets
      from audit_events where organization_id = 'org_cut'`.execute(store.db);
    expect(rows[0]).toEqual({ lines: 200, targets: 200 });
  });
});

/** The connections that were cut fail once each before they are replaced. */
async function untilWritten(flush: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await flush();
      return;
    } catch (error) {
      expect(error).toMatchObject({ code: 'unavailable' });
      // A pool that fails at once needs a turn of its own to come back.
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }
}
