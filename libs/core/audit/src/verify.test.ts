import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from '@devmesh/store';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { appendAudit } from './append.ts';
import { sealAudit } from './seal.ts';
import { verifyAudit } from './verify.ts';

let store: Store;
let organizationId: string;
let count = 0;

beforeAll(async () => void (store = await openTestStore()));
afterAll(() => store.close());

beforeEach(async () => {
  organizationId = `org_${++count}`;
  for (let i = 0; i < 5; i++) {
    await appendAudit(store.db, {
      organizationId,
      actor: { id: 'key:1', label: 'ci', kind: 'key' },
      action: 'call.finished',
      outcome: 'ok',
      target: `tool-${i}`,
      details: { b: i, a: 'x' },
    });
  }
  await sealAudit(store.db);
  expect((await verifyAudit(store.db, organizationId)).ok).toBe(true);
});

describe('verify finds', () => {
  /** What somebody could do who owns the table. */
  async function tamper(...statements: ReturnType<typeof sql>[]): Promise<void> {
    await sql`alter table audit_events disable trigger user`.execute(store.db);
    for (const statement of statements) await statement.execute(store.db);
    await sql`alter table audit_events enable trigger user`.execute(store.db);
  }
  const faultAfter = async (...statements: ReturnType<typeof sql>[]) => {
    await tamper(...statements);
    const verdict = await verifyAudit(store.db, organizationId);
    expect(verdict.ok).toBe(verdict.firstFault === undefined);
    return verdict.firstFault;
  };
  const line = (seq: number) => sql`organization_id = ${organizationId} and seq = ${seq}`;

  test.each([
    ['outcome', sql`outcome = 'denied'`],
    ['action', sql`action = 'call.denied'`],
    ['actor', sql`actor = actor || '{"label": "somebody else"}'`],
    ['time', sql`at = at + interval '1 ms'`],
    ['target', sql`target = null`],
    ['call', sql`call_id = 'call_2'`],
    ['request', sql`request_id = 'req_2'`],
    ['rule', sql`rule = 'allow-all'`],
    ['details', sql`details = details || '{"b": 99}'`],
    ['ordinal', sql`ordinal = ordinal + 1000`],
    ['id', sql`id = 'aud_' || organization_id || '_other'`],
    ['hash', sql`hash = repeat('f', 64)`],
  ])('a changed %s', async (_, change) => {
    expect(await faultAfter(sql`update audit_events set ${change} where ${line(3)}`)).toMatchObject({
      kind: 'changed',
      seq: 3,
    });
  });

  test('a line taken out of the middle', async () => {
    expect(await faultAfter(sql`delete from audit_events where ${line(3)}`)).toMatchObject({ kind: 'missing', seq: 3 });
  });

  test('a line taken from the beginning', async () => {
    expect(await faultAfter(sql`delete from audit_events where ${line(1)}`)).toMatchObject({ kind: 'missing', seq: 1 });
  });

  test('the last line taken away', async () => {
    expect(await faultAfter(sql`delete from audit_events where ${line(5)}`)).toMatchObject({ kind: 'missing', seq: 5 });
  });

  test('all lines taken away', async () => {
    const all = sql`delete from audit_events where organization_id = ${organizationId}`;
    expect(await faultAfter(all)).toMatchObject({ kind: 'missing', seq: 1 });
  });

  test('a line moved to another organisation', async () => {
    const moved = sql`update audit_events set organization_id = 'elsewhere_' || organization_id where ${line(2)}`;
    expect(await faultAfter(moved)).toMatchObject({ kind: 'missing', seq: 2 });
  });

  test('two lines that changed places', async () => {
    const swap = [
      sql`update audit_events set seq = 100 where ${line(2)}`,
      sql`update audit_events set seq = 2 where ${line(4)}`,
      sql`update audit_events set seq = 4 where ${line(100)}`,
    ];
    expect(await faultAfter(...swap)).toMatchObject({ kind: 'reordered', seq: 2 });
  });

  test('two lines that changed places and hashes', async () => {
    const { rows } = await sql<{ hash: string }>`
      select hash from audit_events where organization_id = ${organizationId} and seq in (2, 4) order by seq`.execute(
      store.db,
    );
    const swap = [
      sql`update audit_events set seq = 100 where ${line(2)}`,
      sql`update audit_events set seq = 2, hash = ${rows[0]!.hash} where ${line(4)}`,
      sql`update audit_events set seq = 4, hash = ${rows[1]!.hash} where ${line(100)}`,
    ];
    expect(await faultAfter(...swap)).toMatchObject({ kind: 'reordered', seq: 2 });
  });

  test('a line closed up after one was taken out', async () => {
    const closeUp = [
      sql`delete from audit_events where ${line(4)}`,
      sql`update audit_events set seq = 4 where ${line(5)}`,
      sql`update audit_heads set seq = 4 where organization_id = ${organizationId}`,
    ];
    expect(await faultAfter(...closeUp)).toMatchObject({ seq: 4 });
  });

  test('a head that was put back, with or without its lines', async () => {
    const back = sql`
      update audit_heads set seq = 3, hash = (select hash from audit_events where ${line(3)})
      where organization_id = ${organizationId}`;
    expect(await faultAfter(back)).toMatchObject({ kind: 'changed', seq: 3 });
  });

  test('a head that was taken away', async () => {
    const fault = await faultAfter(sql`delete from audit_heads where organization_id = ${organizationId}`);
    expect(fault).toMatchObject({ kind: 'changed', seq: 0 });
  });

  test('a line that was taken out of the chain and sealed again', async () => {
    await tamper(sql`update audit_events set seq = null, hash = null, outcome = 'denied' where ${line(3)}`);
    await sealAudit(store.db);
    expect((await verifyAudit(store.db, organizationId)).firstFault).toMatchObject({ kind: 'missing', seq: 3 });
  });
});
