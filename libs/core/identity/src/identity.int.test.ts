import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Bus, connectNatsBus, createMemoryBus } from '@devmesh/bus';
import { createMetrics, silentLogger, systemClock } from '@devmesh/runtime';
import { migrate, openPostgres, type Store } from '@devmesh/store';
import { createTestDatabase, type TestDatabase } from '@devmesh/store/testing';
import { openDoor, registration, type TestDoor } from './identity.fixtures.ts';

const logger = silentLogger();
const metrics = createMetrics({ service: 'test' });

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: \`npm run test:integration\` starts the server and sets it.`);
  return value;
}

/** Waits for a condition, not for a time; the deadline is the guarantee that is tested. */
async function within(deadlineMs: number, holds: () => Promise<boolean>): Promise<number> {
  const startedAt = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedAt > deadlineMs) throw new Error(`not within ${deadlineMs} ms`);
    await nextTurn();
  }
  return performance.now() - startedAt;
}

describe.each(['TEST_DATABASE_URL', 'TEST_DATABASE_URL_NEWEST'])('on the Postgres of %s', (variable) => {
  let database: TestDatabase;
  let store: Store;
  let doors: TestDoor[];
  let buses: Bus[];
  const password = 'SecurePass123!';

  beforeAll(async () => {
    database = await createTestDatabase(required(variable));
    store = await openPostgres({ url: database.url, poolSize: 20, logger, metrics });
    await migrate(store.db);
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });
  beforeEach(() => {
    doors = [];
    buses = [];
  });
  afterEach(async () => {
    for (const door of doors) await door.close();
    for (const bus of buses) await bus.close();
  });

  function openOn(bus: Bus): TestDoor {
    const door = openDoor(store.db, systemClock, { bus });
    doors.push(door);
    return door;
  }

  const memoryBus = () => createMemoryBus({ logger, metrics });

  async function natsBus(name: string): Promise<Bus> {
    const bus = await connectNatsBus({ url: required('TEST_NATS_URL'), logger, metrics, name });
    buses.push(bus);
    return bus;
  }

  test('of 40 parallel guesses at most five are ever compared, over two doors', async () => {
    const input = registration();
    const [one, two] = [openOn(memoryBus()), openOn(memoryBus())];
    await one.identity.registerOrganization(input);
    const guesses = await Promise.allSettled(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? one : two).identity.login({ email: input.admin_email, password: `Wrong-Pass${i}` }),
      ),
    );
    const codes = guesses.map((guess) =>
      guess.status === 'rejected' ? (guess.reason as { code: string }).code : 'let in',
    );
    // `unauthenticated` is what a comparison says, `rate_limited` what the reservation says.
    expect(codes.filter((code) => code === 'unauthenticated')).toHaveLength(5);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(35);
    await expect(one.identity.login({ email: input.admin_email, password })).rejects.toMatchObject({
      code: 'rate_limited',
    });
  });

  test('a refresh token used by eight at once gives one pair at most and ends the session', async () => {
    const input = registration();
    const door = openOn(memoryBus());
    await door.identity.registerOrganization(input);
    const { refreshToken } = await door.identity.login({ email: input.admin_email, password });
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => door.identity.refresh(refreshToken)));
    const pairs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(pairs).toHaveLength(1);
    await expect(door.identity.authenticate(pairs[0]!.accessToken)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(door.identity.refresh(pairs[0]!.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('eight uses of one sign-in link let one in', async () => {
    const input = registration();
    const door = openOn(memoryBus());
    const { organization, user } = await door.identity.registerOrganization(input);
    const { token } = await door.identity.createSignInLink(organization.id, user.id);
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => door.identity.useSignInLink({ token, password: `SecurePass${i}` })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('eight first starts at once make one organisation and show one key', async () => {
    const slug = registration().organization_slug;
    const input = { slug, name: 'Home', ownerEmail: `owner@${slug}.local`, ownerName: 'Owner' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => openOn(memoryBus()).identity.ensureOrganization(input)),
    );
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(answers.filter(({ apiKey }) => apiKey !== undefined)).toHaveLength(1);
    expect(new Set(answers.map(({ organization }) => organization.id)).size).toBe(1);
  });

  test('eight registrations of one slug at once make one organisation; the others are conflicts', async () => {
    const door = openOn(memoryBus());
    const input = registration();
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => door.identity.registerOrganization(input)),
    );
    const codes = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [(answer.reason as { code: string }).code] : [],
    );
    expect(codes).toEqual(Array.from({ length: 7 }, () => 'conflict'));
  });

  test.each([
    ['over NATS', natsBus],
    ['with the bus message lost', () => Promise.resolve(memoryBus())],
  ])('a revoked key is refused by another door within a second, %s', async (_how, makeBus) => {
    const [here, there] = [openOn(await makeBus('door-a')), openOn(await makeBus('door-b'))];
    const { apiKey } = await here.identity.registerOrganization(registration());
    const owner = await here.identity.authenticate(apiKey);
    await here.identity.start();
    await there.identity.start();
    const { apiKey: second, key } = await here.identity.createKey(owner, { name: 'agent' });
    await there.identity.authenticate(second);
    const told: (string | undefined)[] = [];
    there.identity.onRevoked((id) => told.push(id));

    await here.identity.revokeKey(owner, key.id);
    const refused = () =>
      there.identity.authenticate(second).then(
        () => false,
        () => true,
      );
    await within(1_000, refused);
    expect(told).toContain(key.id);
  });

  test('eight revocations at once over two doors are each seen by the other door', async () => {
    const [here, there] = [openOn(memoryBus()), openOn(memoryBus())];
    const { apiKey } = await here.identity.registerOrganization(registration());
    const owner = await here.identity.authenticate(apiKey);
    await here.identity.start();
    await there.identity.start();
    const keys = await Promise.all(
      Array.from({ length: 8 }, (_, i) => here.identity.createKey(owner, { name: `k${i}` })),
    );
    for (const made of keys) for (const door of [here, there]) await door.identity.authenticate(made.apiKey);
    await Promise.all(keys.map(({ key }, i) => (i % 2 ? here : there).identity.revokeKey(owner, key.id)));
    for (const door of [here, there]) {
      for (const made of keys) {
        await within(1_000, () =>
          door.identity.authenticate(made.apiKey).then(
            () => false,
            () => true,
          ),
        );
      }
    }
  });

  test('doors that write last uses at once do not stand in each other’s way', async () => {
    const open = Array.from({ length: 8 }, () => openOn(memoryBus()));
    const { apiKey } = await open[0]!.identity.registerOrganization(registration());
    const owner = await open[0]!.identity.authenticate(apiKey);
    const keys = await Promise.all(
      Array.from({ length: 20 }, (_, i) => open[0]!.identity.createKey(owner, { name: `k${i}` })),
    );
    await Promise.all(
      open.flatMap((door, i) =>
        (i % 2 ? keys : keys.toReversed()).map((made) => door.identity.authenticate(made.apiKey)),
      ),
    );
    await Promise.all(open.map((door) => door.identity.stop()));
    const { data } = await open[0]!.identity.listKeys(owner);
    expect(data.filter(({ last_used_at }) => last_used_at === undefined)).toEqual([]);
  });
});
