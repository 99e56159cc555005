import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import type { Bus } from './bus.ts';
import { describeBus } from './conformance.ts';
import { aborted, collector, failure, freshSubject, keepingLogger } from './conformance/world.ts';
import { connectNatsBus } from './nats-bus.ts';
import type { NatsBusOptions } from './nats-bus.ts';
import { startNats } from './nats-server.fixtures.ts';
import type { OwnServer } from './nats-server.fixtures.ts';
import { NotDeliveredError } from './not-delivered-error.ts';

const soon = { timeoutMs: 10_000 };
const anHour = { timeoutMs: 3_600_000 };

describeBus('the bus over NATS', async () => {
  const url = sharedNatsUrl();
  const raw = await connect({ servers: url });
  return {
    connect: (options) => connectNatsBus({ ...options, url, name: 'test' }),
    async sendRaw(subject, body) {
      raw.publish(subject, body);
      await raw.flush();
    },
    stop: () => raw.close(),
  };
});

describe('a NATS server that goes away', () => {
  const { bus, server } = ownServer();

  test('requests in between are refused at once, and everything works again when it is back', async () => {
    const nats = await server();
    const { logger, lines } = keepingLogger();
    const [asker, answerer] = [await bus(nats.url, { logger }), await bus(nats.url)];
    const [served, said] = [freshSubject(), freshSubject()];
    const heard = collector<unknown>();
    await answerer.serve(served, async (payload) => payload, { concurrency: 4 });
    await answerer.subscribe(said, heard.add);
    expect(await asker.request(served, 1, soon)).toBe(1);

    await nats.kill();
    await until(() => asker.state().state === 'down' && answerer.state().state === 'down');
    expect(asker.state()).toMatchObject({ reason: expect.stringContaining('lost'), since: expect.any(String) });
    for (let i = 0; i < 20; i++) {
      expect(await failure(asker.request(served, i, anHour))).toMatchObject({
        code: 'unavailable',
        suggestion: expect.stringContaining('Try again'),
      });
    }
    asker.publish(said, 'lost');

    await nats.restart();
    await until(() => asker.state().state === 'up' && answerer.state().state === 'up');
    expect(await settled(() => asker.request(served, 2, soon))).toBe(2);
    asker.publish(said, 'heard');
    expect(await heard.reach(1)).toStrictEqual(['heard']);
    expect(lines.map(({ level }) => level)).toStrictEqual(['warn', 'info']);
  });

  test('what is published meanwhile is dropped, and counted', async () => {
    const nats = await server();
    const metrics = createMetrics({ service: 'test' });
    const one = await bus(nats.url, { metrics });
    await nats.kill();
    await until(() => one.state().state === 'down');
    for (let i = 0; i < 3; i++) one.publish(freshSubject(), i);
    expect(await metrics.text()).toMatch(/bus_publishes_dropped_total(\{.*\})? 3/);
  });

  test('who begins to serve and subscribe meanwhile is heard of when it is back', async () => {
    const nats = await server();
    const [asker, answerer] = [await bus(nats.url), await bus(nats.url)];
    await nats.kill();
    await until(() => answerer.state().state === 'down');
    const subject = freshSubject();
    await answerer.serve(subject, async () => 'here');
    await nats.restart();
    await until(() => asker.state().state === 'up' && answerer.state().state === 'up');
    expect(await settled(() => asker.request(subject, {}, soon))).toBe('here');
  });

  test('handlers that ran through the outage answer afterwards', async () => {
    const nats = await server();
    const [asker, answerer] = [await bus(nats.url), await bus(nats.url)];
    const subject = freshSubject();
    const started = collector<unknown>();
    const gate = Promise.withResolvers<string>();
    await answerer.serve(subject, (payload) => {
      started.add(payload);
      return gate.promise;
    });
    const answer = asker.request(subject, 'slow', soon);
    await started.reach(1);
    await nats.kill();
    await until(() => asker.state().state === 'down' && answerer.state().state === 'down');
    await nats.restart();
    await until(() => asker.state().state === 'up' && answerer.state().state === 'up');
    gate.resolve('survived');
    expect(await answer).toBe('survived');
  });

  test('with load on 8 lanes nothing hangs: each request ends with its own answer, or with an error', async () => {
    const nats = await server();
    const askers = await Promise.all(Array.from({ length: 8 }, () => bus(nats.url, { keepAliveMs: 200 })));
    const answerer = await bus(nats.url);
    const subject = freshSubject();
    await answerer.serve(subject, async (payload) => payload);
    const codes = collector<string>();
    let running = true;
    const lanes = askers.map(async (asker) => {
      for (let n = 0; running; n++) {
        codes.add(
          await asker.request(subject, n, soon).then(
            (answer) => (answer === n ? 'ok' : 'foreign'),
            (error: { code: string }) => error.code,
          ),
        );
        await new Promise(setImmediate);
      }
    });
    await codes.reach(500);
    await nats.kill();
    await until(() => codes.items.includes('unavailable'));
    await nats.restart();
    await until(() => [...askers, answerer].every((each) => each.state().state === 'up'));
    const before = codes.items.length;
    await codes.reach(before + 500);
    running = false;
    await Promise.all(lanes);
    expect(codes.items.slice(-8)).toStrictEqual(Array.from({ length: 8 }, () => 'ok'));
    expect([...new Set(codes.items)].filter((code) => !['ok', 'unavailable', 'timeout'].includes(code))).toStrictEqual(
      [],
    );
  });

  test('a frozen server ends the wait in silence, not at the end of the hour', async () => {
    const nats = await server();
    const [asker, answerer] = [await bus(nats.url, { keepAliveMs: 100 }), await bus(nats.url)];
    const subject = freshSubject();
    await answerer.serve(subject, async () => 'here');
    await nats.kill('SIGSTOP');
    expect(await failure(asker.request(subject, {}, anHour))).toMatchObject({ code: 'timeout' });
    await nats.kill('SIGCONT');
    expect(await settled(() => asker.request(subject, {}, soon))).toBe('here');
  });

  test('a bus can be closed while its server is away', async () => {
    const nats = await server();
    const one = await bus(nats.url);
    await one.serve(freshSubject(), async () => {});
    await nats.kill();
    await until(() => one.state().state === 'down');
    await one.close();
    expect(one.state()).toMatchObject({ state: 'down', reason: 'it was closed' });
  });
});

describe('starting', () => {
  const { bus, server } = ownServer();

  test('where no server answers, the error names the place and the setting', async () => {
    const nats = await server();
    await nats.kill();
    expect(await failure(bus(nats.url, { startMs: 0 }))).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(new URL(nats.url).host),
      suggestion: expect.stringContaining('NATS_URL'),
    });
  });

  test('a server that comes up within the time is waited for', async () => {
    const nats = await server();
    await nats.kill();
    const early = bus(nats.url, { startMs: 30_000 });
    await nats.restart();
    expect((await early).state()).toMatchObject({ state: 'up' });
  });

  test('wrong credentials are refused at once; user, password and URL are accepted', async () => {
    const nats = await server('authorization { user: devmesh, password: "p@ss" }');
    expect(await failure(bus(nats.url))).toMatchObject({ code: 'unauthenticated' });
    const wrong = { credentials: { user: 'devmesh', pass: 'no' } };
    expect(await failure(bus(nats.url, wrong))).toMatchObject({ code: 'unauthenticated' });
    await bus(nats.url, { credentials: { user: 'devmesh', pass: 'p@ss' } });
    await bus(nats.url.replace('//', '//devmesh:p%40ss@'));
  });

  test('a token is accepted', async () => {
    const nats = await server('authorization { token: "sesame" }');
    expect((await bus(nats.url, { credentials: { token: 'sesame' } })).state()).toMatchObject({ state: 'up' });
  });
});

describe('permissions', () => {
  const { bus, server } = ownServer();
  // As a deployment has it: a door asks, an adapter answers for its own system, and neither does the other's work.
  const config = `authorization { users: [
    { user: door, password: x, permissions: {
      publish: ["v1.call.>", "v1.cancel.*", "_INBOX.>"], subscribe: ["_INBOX.door.>"] } }
    { user: adapter, password: x, permissions: {
      publish: ["_INBOX.>"], subscribe: ["v1.call.prometheus.*", "v1.cancel.*", "_INBOX.adapter.>"] } }
  ] }`;
  const as = (user: string) => ({ name: user, credentials: { user, pass: 'x' } });

  test('those of a door and an adapter are enough for requests, progress, long answers and cancels', async () => {
    const { url } = await server(config);
    const [door, adapter] = [await bus(url, as('door')), await bus(url, as('adapter'))];
    const cancelled = Promise.withResolvers<unknown>();
    const controller = new AbortController();
    await adapter.serve('v1.call.prometheus.*', async (payload, { progress, signal }) => {
      if (payload === 'slow') {
        controller.abort();
        cancelled.resolve(await aborted(signal));
      }
      progress({ progress: 1 });
      return 'x'.repeat(3_000_000);
    });
    const heard: unknown[] = [];
    const onProgress = (progress: unknown) => heard.push(progress);
    const answer = await door.request('v1.call.prometheus.query', {}, { ...soon, onProgress });
    expect(String(answer).length).toBe(3_000_000);
    expect(heard).toHaveLength(1);
    await failure(door.request('v1.call.prometheus.query', 'slow', { ...anHour, signal: controller.signal }));
    expect(await cancelled.promise).toMatchObject({ message: 'The request was cancelled.' });
  });

  test('who may not ask, serve or listen is told so at once', async () => {
    const { url } = await server(config);
    const [door, adapter] = [await bus(url, as('door')), await bus(url, as('adapter'))];
    const asked = await failure(adapter.request('v1.call.prometheus.query', {}, anHour));
    expect(asked).toBeInstanceOf(NotDeliveredError);
    expect(asked).toMatchObject({ code: 'unavailable', message: expect.stringContaining('may not send') });
    const refused = { code: 'unavailable', message: expect.stringContaining('may not listen') };
    expect(await failure(adapter.serve('v1.call.github.*', async () => {}))).toMatchObject(refused);
    expect(await failure(door.subscribe('v1.catalog.announce.*', () => {}))).toMatchObject(refused);
  });
});

/** Servers and buses that end with their test. */
function ownServer() {
  const buses: Bus[] = [];
  const servers: OwnServer[] = [];
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((each) => each.close()));
    await Promise.all(servers.splice(0).map((each) => each.stop()));
  });
  return {
    async bus(url: string, more: Partial<NatsBusOptions> = {}): Promise<Bus> {
      const usual = { name: 'test', logger: silentLogger(), metrics: createMetrics({ service: 'test' }), drainMs: 100 };
      const made = await connectNatsBus({ url, ...usual, ...more });
      buses.push(made);
      return made;
    },
    async server(config?: string): Promise<OwnServer> {
      const made = await startNats(config);
      servers.push(made);
      return made;
    },
  };
}

/** Where the shared server is. An absent one fails, so that nobody takes a skipped test for a passed one. */
function sharedNatsUrl(): string {
  const url = process.env['TEST_NATS_URL'];
  if (!url) throw new Error('TEST_NATS_URL is not set: run `npm run test:integration`, which starts the servers.');
  return url;
}

/** Looks again until it holds; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5);
}

/** Two connections do not come back at the same moment: asks until the other side is there. */
async function settled(ask: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof NotDeliveredError)) throw error;
      await delay(5);
    }
  }
}
