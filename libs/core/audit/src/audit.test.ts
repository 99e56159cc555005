import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from '@devmesh/store';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { appendAudit } from './append.ts';
import type { AuditEvent } from './event.ts';
import { PLATFORM_ORGANIZATION } from './event.ts';
import { exportAudit } from './export.ts';
import { sealAudit } from './seal.ts';
import { searchAudit } from './search.ts';
import { verifyAudit } from './verify.ts';

let store: Store;
let organizationId: string;
let count = 0;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(() => void (organizationId = `org_${++count}`));
afterAll(() => store.close());

const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  organizationId,
  at: new Date('2026-01-01T00:00:00.123Z'),
  actor: { id: 'key:1', label: 'ci', kind: 'key' },
  action: 'call.finished',
  outcome: 'ok',
  ...change,
});

async function append(lines: number, change: Partial<AuditEvent> = {}): Promise<void> {
  for (let i = 0; i < lines; i++)
    await appendAudit(store.db, event({ target: `tool-${i}`, details: { b: i, a: 'x' }, ...change }));
}

async function exported(): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for await (const line of exportAudit(store.db, organizationId))
    lines.push(JSON.parse(line) as Record<string, unknown>);
  return lines;
}

describe('appending', () => {
  test('a line comes back as it was told', async () => {
    const whole = event({
      target: 'prometheus.query',
      callId: 'call_1',
      requestId: 'req_1',
      rule: 'default',
      details: { a: [1.5] },
    });
    await appendAudit(store.db, whole);
    const { lines } = await searchAudit(store.db, organizationId);
    expect(lines).toEqual([{ ...whole, id: expect.stringMatching(/^aud_/) }]);
  });

  test('a line is there only if the transaction that told it is', async () => {
    const undone = store.db.transaction().execute(async (transaction) => {
      await appendAudit(transaction, event());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await searchAudit(store.db, organizationId)).lines).toEqual([]);
  });

  test('hostile bytes in an argument do not lose the line', async () => {
    await appendAudit(store.db, event({ target: 'a\0', details: { '\0': '\0\ud800' } }));
    expect((await searchAudit(store.db, organizationId)).lines).toHaveLength(1);
    await sealAudit(store.db);
    expect(await verifyAudit(store.db, organizationId)).toMatchObject({ ok: true });
  });
});

describe('append-only', () => {
  const refused = /append-only/;

  test('no line can be changed or deleted, sealed or not, nor all at once', async () => {
    await append(2);
    const [first] = (await searchAudit(store.db, organizationId)).lines;
    const statements = [
      sql`update audit_events set outcome = 'denied' where id = ${first!.id}`,
      sql`update audit_events set details = '{}' where id = ${first!.id}`,
      sql`delete from audit_events where id = ${first!.id}`,
      sql`truncate audit_events`,
    ];
    for (const statement of statements) await expect(statement.execute(store.db)).rejects.toThrow(refused);
    await sealAudit(store.db);
    for (const statement of statements) await expect(statement.execute(store.db)).rejects.toThrow(refused);
  });

  test('sealing is once: neither again, nor taken back, nor with a change slipped in', async () => {
    await append(1);
    const slipped = sql`update audit_events set seq = 1, hash = 'x', outcome = 'denied' where organization_id = ${organizationId}`;
    await expect(slipped.execute(store.db)).rejects.toThrow(refused);
    await sealAudit(store.db);
    const again = sql`update audit_events set seq = 2, hash = 'x' where organization_id = ${organizationId}`;
    const back = sql`update audit_events set seq = null, hash = null where organization_id = ${organizationId}`;
    await expect(again.execute(store.db)).rejects.toThrow(refused);
    await expect(back.execute(store.db)).rejects.toThrow(refused);
  });
});

describe('the chain', () => {
  test('holds over several sealings and many batches, one for each organisation', async () => {
    await append(3);
    await append(2, { organizationId: PLATFORM_ORGANIZATION });
    expect(await sealAudit(store.db)).toBeGreaterThanOrEqual(5);
    await sql`
      insert into audit_events (id, organization_id, at, actor, action, outcome)
      select ${organizationId} || i, ${organizationId}, now(), '{"id":"a","label":"a","kind":"key"}', 'call.finished', 'ok'
      from generate_series(1, 1200) as i`.execute(store.db);
    expect(await sealAudit(store.db)).toBe(1_200);
    expect(await sealAudit(store.db)).toBe(0);
    expect(await verifyAudit(store.db, organizationId)).toEqual({ ok: true, lines: 1_203, sealed: 1_203 });
    expect(await verifyAudit(store.db, PLATFORM_ORGANIZATION)).toMatchObject({ ok: true });
  });

  test('lines that wait for sealing are counted and are no fault', async () => {
    await append(2);
    await sealAudit(store.db);
    await append(1);
    expect(await verifyAudit(store.db, organizationId)).toEqual({ ok: true, lines: 3, sealed: 2 });
    expect(await verifyAudit(store.db, 'org_without_lines')).toEqual({ ok: true, lines: 0, sealed: 0 });
  });
});

describe('searching', () => {
  test('gives pages, newest first, without gap or double, while new lines come', async () => {
    await append(5);
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await searchAudit(store.db, organizationId, {}, cursor, 2);
      seen.push(...page.lines.map((line) => line.target));
      cursor = page.nextCursor;
      await append(1, { target: 'late' });
    } while (cursor !== undefined);
    expect(seen).toEqual(['tool-4', 'tool-3', 'tool-2', 'tool-1', 'tool-0']);
  });

  test('every filter narrows, and all together must hold', async () => {
    const at = new Date('2026-02-01T00:00:00Z');
    await append(1);
    await appendAudit(
      store.db,
      event({
        at,
        actor: { id: 'user:9', label: 'ann@example.org', kind: 'person' },
        action: 'call.denied',
        outcome: 'denied',
        target: 't',
        callId: 'call_9',
      }),
    );
    const filters = [
      { action: 'call.denied' },
      { outcome: 'denied' as const },
      { actor: 'user:9' },
      { actor: 'ann@example.org' },
      { callId: 'call_9' },
      { target: 't' },
      { from: at },
      { from: at, to: new Date(at.getTime() + 1), action: 'call.denied', callId: 'call_9' },
    ];
    for (const filter of filters)
      expect((await searchAudit(store.db, organizationId, filter)).lines.map((line) => line.callId)).toEqual([
        'call_9',
      ]);
    expect((await searchAudit(store.db, organizationId, { to: at })).lines).toHaveLength(1);
    expect((await searchAudit(store.db, organizationId, { actor: 'user:9', outcome: 'ok' })).lines).toEqual([]);
  });

  test('never shows another organisation’s lines', async () => {
    await append(1);
    expect((await searchAudit(store.db, 'org_other')).lines).toEqual([]);
  });

  test('refuses a cursor that is none, and bounds the page', async () => {
    for (const cursor of ['', 'nonsense', Buffer.from('audit:1;drop').toString('base64url')])
      await expect(searchAudit(store.db, organizationId, {}, cursor)).rejects.toMatchObject({ code: 'invalid_input' });
    await append(2);
    expect((await searchAudit(store.db, organizationId, {}, undefined, 0)).lines).toHaveLength(1);
    expect((await searchAudit(store.db, organizationId, {}, undefined, 1_000_000)).lines).toHaveLength(2);
  });
});

describe('the export', () => {
  test('is every line as JSON, oldest first, with all that the hash covers', async () => {
    await append(3);
    await sealAudit(store.db);
    await append(1, { target: 'unsealed' });
    const lines = await exported();
    expect(lines.map((line) => line['target'])).toEqual(['tool-0', 'tool-1', 'tool-2', 'unsealed']);
    expect(lines.map((line) => line['seq'])).toEqual([1, 2, 3, null]);
    expect(lines[0]).toMatchObject({
      organization_id: organizationId,
      at: '2026-01-01T00:00:00.123Z',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('of an organisation without lines is empty', async () => {
    expect(await exported()).toEqual([]);
  });

  test('ends, though lines are added while it is read', async () => {
    await append(3);
    let lines = 0;
    for await (const _ of exportAudit(store.db, organizationId)) {
      await append(1);
      lines++;
    }
    expect(lines).toBe(3);
  });
});
