import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { connectNatsBus, type Bus } from '@devmesh/bus';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { migrate, openPostgres, type Store } from '@devmesh/store';
import { createTestDatabase, type TestDatabase } from '@devmesh/store/testing';
import { openWorld, type World } from './road.fixtures.ts';

const CALLERS = 12;

describe.each(['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST'])('the road on %s and NATS', (variable) => {
  let database: TestDatabase;
  let store: Store;
  let buses: Bus[];
  let door: World;
  /** Another replica of the same door. */
  let other: World;

  beforeAll(async () => {
    const metrics = createMetrics({ service: 'test' });
    database = await createTestDatabase(given(variable));
    store = await openPostgres({ url: database.url, poolSize: CALLERS, logger: silentLogger(), metrics });
    await migrate(store.db);
    buses = await Promise.all([connect('door'), connect('other')]);
  });
  beforeEach(async () => {
    const [first, second] = buses;
    if (!first || !second) throw new Error('no bus');
    door = await openWorld({ db: store.db, bus: first, concurrency: 100 });
    const { organizationId, lamps, time } = door;
    other = await openWorld({ db: store.db, bus: second, concurrency: 100, serve: false, organizationId, lamps, time });
    await knows(other, 'lamp');
  });
  afterEach(async () => {
    await other.close();
    await door.close();
  });
  afterAll(async () => {
    for (const bus of buses) await bus.close();
    await store.close();
    await database.drop();
  });

  const undo = (world: World, callId: string) => world.gateway.undoCall(world.agent, callId, { door: 'test' });
  const replica = (caller: number) => (caller % 2 === 0 ? door : other);
  const everybody = <Result>(act: (world: World) => Promise<Result>) =>
    Promise.all(Array.from({ length: CALLERS }, (_, caller) => act(replica(caller))));

  test('twelve callers of two replicas with one key: one row, one call at the vendor, one answer', async () => {
    const answers = await everybody((world) => world.call('lamp.turn', { name: 'a' }, { idempotencyKey: 'k1' }));
    expect(door.lamps.of('a').switches).toBe(1);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.reply.success).toBe(true);
    expect((await door.rows()).filter(({ idempotency_key: key }) => key === 'k1')).toHaveLength(1);
  });

  test('twelve clicks on undo take it back once', async () => {
    const { reply } = await door.call('lamp.turn', { name: 'a' });
    const answers = await everybody((world) => undo(world, reply.call_id));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(door.lamps.of('a')).toMatchObject({ on: false, switches: 2 });
  });

  test('twelve workers execute an approved call once', async () => {
    const { reply } = await door.call('lamp.turn_carefully', { name: 'a' });
    await door.approvals.decide(door.owner, reply.approval_id ?? '', 'approved', undefined);
    const signal = new AbortController().signal;
    await everybody((world) => world.gateway.executeApproved(world.organizationId, reply.call_id, signal));
    expect(door.lamps.of('a').switches).toBe(1);
    expect((await other.gateway.answerOf(other.agent, reply.call_id)).reply.success).toBe(true);
  });

  test('a cancel in one replica reaches the adapter that another is waiting for', async () => {
    const answer = door.call('lamp.turn_slowly', { name: 'a' });
    await door.lamps.gate.entered.promise;
    const [row] = await door.rows();
    expect(await other.gateway.cancelCall(other.agent, row?.id ?? '')).toBe('cancelling');
    expect((await answer).reply.status).toBe('outcome_unknown');
    door.lamps.gate.open.resolve(undefined);
    expect(door.lamps.of('a').switches).toBe(0);
  });

  test('five megabytes come over NATS and become evidence', async () => {
    const { reply } = await door.call('lamp.dump', {});
    expect(reply).toMatchObject({ success: true, page: { total: 5_000, truncated: true } });
    const { text } = await other.evidence.read(other.agent, reply.evidence_ids?.[0] ?? '');
    expect(text.length).toBeGreaterThan(5_000_000);
  });

  test('progress comes while the call runs', async () => {
    const seen: unknown[] = [];
    const answer = door.call('lamp.turn_slowly', { name: 'a' }, { onProgress: (progress) => seen.push(progress) });
    await door.lamps.gate.entered.promise;
    door.lamps.gate.open.resolve(undefined);
    await answer;
    expect(seen).toEqual([{ progress: 1, total: 2, message: 'waiting' }]);
  });

  describe('with an adapter in a process of its own', () => {
    let vendor: Server;
    let vendorUrl: string;
    let accepted: PromiseWithResolvers<undefined>;
    const log: string[] = [];
    const children: ChildProcess[] = [];

    beforeAll(async () => {
      // Accepts a write and never answers it; says what it has accepted.
      vendor = createServer((request, response) => {
        const callId = request.url?.split('/').at(-1) ?? '';
        if (request.method === 'GET') return void response.end(JSON.stringify(log.filter((id) => id === callId)));
        log.push(callId);
        accepted.resolve(undefined);
      }).listen(0, '127.0.0.1');
      await once(vendor, 'listening');
      vendorUrl = `http://127.0.0.1:${String((vendor.address() as AddressInfo).port)}`;
    });
    beforeEach(() => {
      accepted = Promise.withResolvers();
      log.splice(0);
    });
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });
    afterAll(() => {
      vendor.closeAllConnections();
      vendor.close();
    });

    async function startAdapter(): Promise<ChildProcess> {
      const heard = nextAnnouncement(door);
      const script = join(import.meta.dirname, 'lamp-process.fixtures.ts');
      const options = ['--conditions=@devmesh/source', '--disable-warning=ExperimentalWarning'];
      const child = spawn(process.execPath, [...options, script, given('TEST_NATS_URL'), vendorUrl], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      children.push(child);
      await heard;
      return child;
    }

    test('killed after the vendor accepted a write: unknown, never repeated, settled by its verifying read', async () => {
      const adapter = await startAdapter();
      const turn = () => door.call('remote.turn', { name: 'a' }, { idempotencyKey: 'k1' });
      const answer = turn();
      await accepted.promise;
      adapter.kill('SIGKILL');
      const { reply } = await answer;
      expect(reply).toMatchObject({ success: false, status: 'outcome_unknown' });
      await startAdapter();
      expect((await turn()).reply).toEqual(reply);
      expect(log).toEqual([reply.call_id]);
      const settled = await door.gateway.verifyCall(door.agent, reply.call_id, { door: 'test' });
      expect(settled.reply).toMatchObject({ success: true, status: 'succeeded', call_id: reply.call_id });
      expect((await turn()).reply).toEqual(settled.reply);
      expect(log).toEqual([reply.call_id]);
    });
  });

  async function connect(name: string): Promise<Bus> {
    const metrics = createMetrics({ service: 'test' });
    return connectNatsBus({ url: given('TEST_NATS_URL'), name, logger: silentLogger(), metrics });
  }
});

async function knows(world: World, system: string): Promise<void> {
  while (!world.systems.get(system)) await nextAnnouncement(world);
}

/** A new announcement was heard: of another system, another version or another key. */
function nextAnnouncement({ systems }: World): Promise<void> {
  return new Promise((resolve) => {
    const forget = systems.onChange(() => {
      forget();
      resolve();
    });
  });
}

function given(variable: string): string {
  const value = process.env[variable];
  if (!value)
    throw new Error(`${variable} is not set: \`npm run test:integration\` starts what is missing and sets it.`);
  return value;
}
