import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { searchAudit } from '@devmesh/audit';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { migrate, openPostgres, type Store } from '@devmesh/store';
import { createTestDatabase, type TestDatabase } from '@devmesh/store/testing';
import { answerOf, openDesk, type Desk } from './calls.fixtures.ts';

const ACTORS = 12;

describe.each(['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST'])('calls on %s', (variable) => {
  let database: TestDatabase;
  let store: Store;
  let desk: Desk;

  beforeAll(async () => {
    const url = process.env[variable];
    if (!url) throw new Error(`${variable} is not set: \`npm run test:integration\` starts a Postgres and sets it.`);
    database = await createTestDatabase(url);
    const metrics = createMetrics({ service: 'test' });
    store = await openPostgres({ url: database.url, poolSize: ACTORS, logger: silentLogger(), metrics });
    await migrate(store.db);
  });
  beforeEach(() => void (desk = openDesk(store.db)));
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  const actions = async (action: string) =>
    (await searchAudit(store.db, desk.organizationId, { action }, undefined, 200)).lines.length;
  const all = <Result>(act: (actor: number) => Promise<Result>) =>
    Promise.allSettled(Array.from({ length: ACTORS }, (_, actor) => act(actor)));
  const fulfilled = <Result>(results: PromiseSettledResult<Result>[]) =>
    results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));

  test('of twelve that begin with one key one begins, and all get its row', async () => {
    const results = await all(() => desk.ledger.begin(desk.newCall({ idempotencyKey: 'k', approval: desk.approval })));
    const begun = fulfilled(results);
    expect(begun).toHaveLength(ACTORS);
    expect(begun.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(begun.map(({ row }) => row.id)).size).toBe(1);
    expect(await desk.rows()).toHaveLength(1);
    expect(await actions('call.requested')).toBe(1);
    expect(await desk.approvals.list(desk.organizationId, undefined, 50)).toHaveLength(1);
  });

  test('of twelve keys with other inputs one input wins and the others are refused with 422', async () => {
    const results = await all((actor) =>
      desk.ledger.begin(desk.newCall({ idempotencyKey: 'k', input: { name: String(actor) } })),
    );
    expect(fulfilled(results)).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict', httpStatus: 422 });
    expect(await desk.rows()).toHaveLength(1);
  });

  test('of twelve clicks on undo one begins, with and without keys', async () => {
    const original = await desk.ledger.begin(desk.newCall());
    await desk.ledger.finish(original.row, { state: 'succeeded', answer: answerOf(original.row.id) });
    const results = await all((actor) =>
      desk.ledger.begin(
        desk.newCall({ undoOf: original.row.id, ...(actor % 2 === 0 && { idempotencyKey: `k${String(actor)}` }) }),
      ),
    );
    const begun = fulfilled(results);
    expect(begun).toHaveLength(ACTORS);
    expect(begun.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await desk.rows()).toHaveLength(2);
  });

  async function ask(): Promise<{ callId: string; id: string }> {
    const { row, approvalId = '' } = await desk.ledger.begin(desk.newCall({ approval: desk.approval }));
    return { callId: row.id, id: approvalId };
  }

  test('of twelve who decide at once one decides, and the others hear who', async () => {
    const { id, callId } = await ask();
    const results = await all((actor) =>
      desk.approvals.decide(desk.owner, id, actor % 2 === 0 ? 'approved' : 'refused', undefined),
    );
    const [winner, ...more] = fulfilled(results);
    expect(more).toEqual([]);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
    const { state } = await desk.history.get(desk.owner, callId);
    expect(state).toBe(winner?.status === 'approved' ? 'awaiting_approval' : 'refused');
    expect((await actions('approval.approved')) + (await actions('approval.refused'))).toBe(1);
  });

  test('of twelve workers one takes an approved call', async () => {
    const { id, callId } = await ask();
    await desk.approvals.decide(desk.owner, id, 'approved', undefined);
    const claims = fulfilled(await all(() => desk.ledger.claimApproved(desk.organizationId, callId)));
    expect(claims).toHaveLength(ACTORS);
    expect(claims.filter((row) => row !== undefined)).toHaveLength(1);
  });

  test('a call that is approved, refused, cancelled, expired and claimed at once ends in one way, and its approval with it', async () => {
    for (let round = 0; round < 10; round++) {
      const { id, callId } = await ask();
      const ref = { organization_id: desk.organizationId, id: callId };
      await all(async (actor): Promise<unknown> => {
        if (actor % 4 === 0) return desk.approvals.decide(desk.owner, id, 'approved', undefined);
        if (actor % 4 === 1) return desk.approvals.decide(desk.owner, id, 'refused', undefined);
        if (actor % 4 === 2) return desk.ledger.cancelWaiting(ref, { id: 'x', label: 'x', kind: 'key' });
        return desk.ledger.claimApproved(desk.organizationId, callId);
      });
      const { approval, call } = await desk.approvals.get(desk.organizationId, id);
      const together = `${approval.status} ${call.state}`;
      expect([
        'approved awaiting_approval',
        'approved dispatched',
        'approved cancelled',
        'refused refused',
        'expired cancelled',
      ]).toContain(together);
    }
  });

  test('of twelve posts with one key one makes something, and all get its answer', async () => {
    let made = 0;
    const results = await all(() =>
      desk.posts.run(desk.principal(), 'keys.create', 'k', 'h', async () => {
        await store.db.selectFrom('calls').select('id').limit(1).execute();
        return { status: 201, body: { made: ++made } };
      }),
    );
    expect(made).toBe(1);
    expect(fulfilled(results)).toEqual(Array(ACTORS).fill({ status: 201, body: { made: 1 } }));
  });

  test('of twelve who find a dead holder one takes over', async () => {
    const dead = await openPostgresAndDie();
    expect(dead).toBe(true);
    desk.advance(60_001);
    let made = 0;
    await all(() => desk.posts.run(desk.principal(), 'r', 'k', 'h', async () => ({ status: 201, body: ++made })));
    expect(made).toBe(1);
  });

  // A row without an answer is what a crashed holder leaves.
  async function openPostgresAndDie(): Promise<boolean> {
    await store.db
      .insertInto('idempotent_posts')
      .values({
        organization_id: desk.organizationId,
        principal_id: 'key:agent',
        route: 'r',
        key: 'k',
        input_hash: 'h',
        lease_until: new Date(desk.clock().getTime() + 60_000),
        created_at: desk.clock(),
      })
      .execute();
    return true;
  }

  test('reads recorded by twelve at once are all there, once, each with its audit line', async () => {
    await all(async () => {
      for (let i = 0; i < 50; i++) {
        const call = desk.newCall();
        await desk.reads.record(call, 'succeeded', answerOf(call.id));
      }
    });
    await desk.reads.flush();
    expect(await desk.rows()).toHaveLength(ACTORS * 50);
    const { rows } = await countLines();
    expect(rows).toBe(ACTORS * 50);
  });

  async function countLines(): Promise<{ rows: number }> {
    const { count } = await store.db
      .selectFrom('audit_events')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('organization_id', '=', desk.organizationId)
      .executeTakeFirstOrThrow();
    return { rows: Number(count) };
  }
});
