import { describe, expect, test } from '@jest/globals';
import { followEvents } from './clients/sse.ts';
import { approve, askForSilence, ending, silencesOf } from './journeys/silence.ts';
import { unique, useWorld } from './journeys/world.ts';
import { until } from './platform/until.ts';

const OUTAGE_MS = 10_000;
/** Longer nobody waits to hear that something is away. */
const QUICK_MS = 5_000;

interface Answer {
  what: 'query' | 'write' | 'read';
  ms: number;
  status: number;
  code: string | undefined;
}

/** A server that everything stands on is gone for ten seconds, after a clean start. */
describe('outages: separate', () => {
  const world = useWorld('separate');

  test.each([
    ['nats', 'query'],
    ['valkey', undefined],
    ['postgres', 'write'],
  ] as const)(
    '%s gone for ten seconds: what needs it is unavailable at once, nothing accepted is lost, and everything works again without a restart',
    async (name, needsIt) => {
      const before = await world.api.call('prometheus_query', { query: 'up' });
      expect(before.body.success).toBe(true);
      const context = unique('outage');
      await world.api.post('/api/v1/contexts', { id: context });
      const server = world.platform.servers?.[name];
      await server?.kill('SIGKILL');

      const { answers, accepted } = await load(context);
      await server?.restart();
      console.log(
        `${name}: ${summary(answers)}; slowest ${String(Math.round(Math.max(...answers.map(({ ms }) => ms))))} ms, accepted ${String(accepted.length)}`,
      );
      for (const answer of answers) {
        expect(answer.ms).toBeLessThan(QUICK_MS);
        expect([undefined, 'unavailable']).toContain(answer.code);
      }
      if (needsIt !== undefined)
        expect(answers.filter(({ what }) => what === needsIt).map(({ code }) => code)).toContain('unavailable');

      await until(async () => (await world.api.call('prometheus_query', { query: 'up' })).body?.success === true, {
        what: 'a query works again',
        forMs: 20_000,
        everyMs: 200,
      });
      await until(async () => (await world.api.get(`/api/v1/contexts/${context}`)).status === 200, {
        what: 'a read works again',
        forMs: 20_000,
        everyMs: 200,
      });
      const kept = (
        (await world.api.get(`/api/v1/contexts/${context}/messages?limit=1000`)).body.data as { content: string }[]
      ).map(({ content }) => content);
      expect(accepted.filter((content) => !kept.includes(content))).toEqual([]);
      expect(kept.filter((content, at) => kept.indexOf(content) !== at)).toEqual([]);
      for (const content of accepted.slice(-1))
        await until(() => found(content), { what: 'what was accepted is found', forMs: 30_000, everyMs: 200 });
      await everythingWorks();
      expect(
        world.platform.app('worker').running() &&
          world.platform.app('rest-api').running() &&
          world.platform.app('mcp-server').running() &&
          world.platform.app('adapter-prometheus').running(),
      ).toBe(true);
    },
    150_000,
  );

  /** Asks again and again while the server is away. */
  async function load(context: string) {
    const endsAt = performance.now() + OUTAGE_MS;
    const answers: Answer[] = [];
    const accepted: string[] = [];
    const ask = async (
      what: Answer['what'],
      request: () => Promise<{ status: number; body: { error?: { code: string } } }>,
    ) => {
      const began = performance.now();
      const { status, body } = await request();
      answers.push({ what, ms: performance.now() - began, status, code: body?.error?.code });
      return status;
    };
    await Promise.all([
      repeat(endsAt, () => ask('query', () => world.api.call('prometheus_query', { query: 'up' }))),
      repeat(endsAt, () => ask('read', () => world.api.get(`/api/v1/contexts/${context}`))),
      repeat(endsAt, async () => {
        const content = unique('kept');
        if (
          (await ask('write', () =>
            world.api.post(`/api/v1/contexts/${context}/messages`, { role: 'user', content }),
          )) === 201
        )
          accepted.push(content);
      }),
    ]);
    return { answers, accepted };
  }

  async function everythingWorks(): Promise<void> {
    const stream = await followEvents(world.platform.restUrl, world.platform.apiKey);
    try {
      const id = unique('after');
      await until(
        async () => (await world.api.post('/api/v1/contexts', { id, content: `${id} was written` })).status < 300,
        { what: 'a write works again', forMs: 20_000 },
      );
      await until(() => found(id), { what: 'it is indexed', forMs: 20_000, everyMs: 100 });
      await until(() => stream.events.some(({ data }) => JSON.stringify(data).includes(id)), {
        what: 'it is told',
        forMs: 10_000,
      });
    } finally {
      stream.close();
    }
    const asked = await askForSilence(world.api);
    await approve(await world.owner(), asked);
    expect((await ending(world.api, asked.callId)).status).toBe('succeeded');
    expect(await silencesOf(asked.callId)).toHaveLength(1);
  }

  async function found(query: string): Promise<boolean> {
    const { body } = await world.api.post('/api/v1/search', { query });
    return (body?.results?.length ?? 0) > 0;
  }
});

async function repeat(endsAt: number, ask: () => Promise<unknown>): Promise<void> {
  while (performance.now() < endsAt) {
    await ask();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function summary(answers: readonly Answer[]): string {
  const counts = new Map<string, number>();
  for (const { what, status, code } of answers) {
    const key = `${what} ${String(status)}${code === undefined ? '' : ` ${code}`}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .map(([key, count]) => `${key} ×${String(count)}`)
    .sort()
    .join(', ');
}
