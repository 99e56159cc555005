import { expect, test } from '@jest/globals';
import type { Bus, Stop } from '../bus.ts';
import { patterned } from './answers.ts';
import { aborted, collector, failure, freshSubject, nth } from './world.ts';
import type { World } from './world.ts';

const PARTIES = 8;
const patient = { timeoutMs: 50_000 };

export function describeConcurrency(world: World): void {
  test('8 askers and 8 servers in one queue: every request is handled exactly once, and all take part', async () => {
    const subject = freshSubject();
    const [askers, servers] = [await world.connectMany(PARTIES), await world.connectMany(PARTIES)];
    const handled = collector<number>();
    const shares = servers.map(() => 0);
    await serveAll(servers, subject, async (payload, i) => {
      shares[i] = (shares[i] ?? 0) + 1;
      handled.add(Number(payload));
      return payload;
    });

    const wanted = numbers(PARTIES * 100);
    const answers = await Promise.all(wanted.map((n) => nth(askers, n).request(subject, n, patient)));

    expect(answers).toStrictEqual(wanted);
    expect(sorted(handled.items)).toStrictEqual(wanted);
    expect(shares.every((share) => share > 0)).toBe(true);
  });

  test('8 publishers and 8 subscribers in one queue: every message is heard exactly once, of each publisher in order', async () => {
    const subject = freshSubject();
    const [publishers, subscribers] = [await world.connectMany(PARTIES), await world.connectMany(PARTIES)];
    const heard = collector<number>();
    const perSubscriber = subscribers.map((): number[] => []);
    for (const [i, bus] of subscribers.entries()) {
      const hear = (n: unknown) => {
        heard.add(Number(n));
        perSubscriber[i]?.push(Number(n));
      };
      await bus.subscribe(subject, hear, { queue: 'q' });
    }

    const wanted = numbers(PARTIES * 200);
    for (const n of wanted) nth(publishers, n).publish(subject, n);

    expect(sorted(await heard.reach(wanted.length))).toStrictEqual(wanted);
    for (const mine of perSubscriber) {
      for (const p of numbers(PARTIES)) {
        const ofOne = mine.filter((n) => n % PARTIES === p);
        expect(ofOne).toStrictEqual(sorted(ofOne));
      }
    }
  });

  test('a storm of cancels aborts exactly what was cancelled, and leaves nothing running', async () => {
    const subject = freshSubject();
    const [askers, servers] = [await world.connectMany(PARTIES), await world.connectMany(PARTIES)];
    const started = collector<number>();
    const ended = collector<{ n: number; how: 'aborted' | 'answered' }>();
    const gate = Promise.withResolvers<'answered'>();
    await serveAll(servers, subject, async (payload, _i, signal) => {
      const n = Number(payload);
      started.add(n);
      const how = await Promise.race([aborted(signal).then(() => 'aborted' as const), gate.promise]);
      ended.add({ n, how });
      return n;
    });

    const wanted = numbers(PARTIES * 50);
    const isCancelled = (n: number) => n % 2 === 1;
    const controllers = wanted.map(() => new AbortController());
    const answers = wanted.map((n) => {
      const asked = nth(askers, n).request(subject, n, { ...patient, signal: nth(controllers, n).signal });
      return isCancelled(n) ? failure(asked).then(({ code }) => code) : asked;
    });
    await started.reach(wanted.length);
    for (const n of wanted.filter(isCancelled)) controllers[n]?.abort();
    await ended.reach(wanted.length / 2);
    gate.resolve('answered');

    expect(await Promise.all(answers)).toStrictEqual(wanted.map((n) => (isCancelled(n) ? 'timeout' : n)));
    await ended.reach(wanted.length);
    for (const { n, how } of ended.items) expect(how).toBe(isCancelled(n) ? 'aborted' : 'answered');
  });

  test('16 answers of 5 MB at once arrive whole at one asker, and small ones pass between them', async () => {
    const [big, small] = [freshSubject(), freshSubject()];
    const servers = await world.connectMany(PARTIES);
    const text = patterned(5_000_000);
    await serveAll(servers, big, async (payload) => ({ n: payload, text }));
    await serveAll(servers, small, async (payload) => payload);

    const order: string[] = [];
    const bigs = numbers(16).map(async (n) => {
      const answer = (await world.asker.request(big, n, patient)) as { n: number; text: string };
      order.push('big');
      return answer.n === n && answer.text === text;
    });
    const smalls = numbers(50).map(async (n) => {
      await world.asker.request(small, n, patient);
      order.push('small');
    });
    expect(await Promise.all(bigs)).toStrictEqual(numbers(16).map(() => true));
    await Promise.all(smalls);
    expect(order.indexOf('small')).toBeLessThan(order.lastIndexOf('big'));
  });

  test('progress of many requests does not mix, and comes before its own answer', async () => {
    const subject = freshSubject();
    const [askers, servers] = [await world.connectMany(PARTIES), await world.connectMany(PARTIES)];
    for (const bus of servers) {
      await bus.serve(subject, async (payload, { progress }) => {
        for (let i = 0; i < 20; i++) {
          progress({ progress: i, message: String(payload) });
          await new Promise(setImmediate);
        }
        return payload;
      });
    }
    const asks = numbers(PARTIES * 20).map(async (n) => {
      const heard: string[] = [];
      const onProgress = (p: { progress: number; message?: string | undefined }) => {
        heard.push(`${p.message ?? ''}:${String(p.progress)}`);
      };
      const answer = await nth(askers, n).request(subject, n, { ...patient, onProgress });
      expect(answer).toBe(n);
      expect(heard).toStrictEqual(numbers(20).map((i) => `${String(n)}:${String(i)}`));
    });
    await Promise.all(asks);
  });

  test('servers that come and go under load lose no request', async () => {
    const subject = freshSubject();
    const [askers, servers] = [await world.connectMany(PARTIES), await world.connectMany(PARTIES)];
    const handled = collector<number>();
    const serve = (bus: Bus) =>
      bus.serve(subject, async (payload) => {
        handled.add(Number(payload));
        await new Promise(setImmediate);
        return payload;
      });
    await serve(nth(servers, 0));
    let asking = true;
    const churn = servers.slice(1).map(async (bus) => {
      for (let stop: Stop; asking; await stop()) stop = await serve(bus);
    });

    const wanted = numbers(PARTIES * 200);
    const lanes = numbers(PARTIES).map(async (lane) => {
      for (const n of wanted.filter((each) => each % PARTIES === lane)) {
        expect(await nth(askers, lane).request(subject, n, patient)).toBe(n);
      }
    });
    await Promise.all(lanes);
    asking = false;
    await Promise.all(churn);
    expect(sorted(handled.items)).toStrictEqual(wanted);
  });
}

/** Serves `subject` from every bus, under one queue name. */
async function serveAll(
  servers: readonly Bus[],
  subject: string,
  handler: (payload: unknown, server: number, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  for (const [i, bus] of servers.entries()) {
    await bus.serve(subject, (payload, { signal }) => handler(payload, i, signal), { queue: 'q' });
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function sorted(items: readonly number[]): number[] {
  return [...items].sort((a, b) => a - b);
}
