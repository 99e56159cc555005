import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobHandlers, Queue, Stop } from '../index.ts';
import { eventually, newCall, newContext, queueParts } from './world.ts';
import type { QueueWorld } from './world.ts';

const WORKERS = 8;

/** Eight queues on one backend, as eight processes would have them. */
export function describeQueueConcurrency(make: () => Promise<QueueWorld>): void {
  describe('with eight workers', () => {
    let world: QueueWorld;
    let queues: Queue[];
    beforeAll(async () => {
      world = await make();
      queues = await Promise.all(Array.from({ length: WORKERS }, () => world.open(queueParts())));
    });
    afterAll(async () => {
      await Promise.all(queues.map((queue) => queue.close()));
      await world.close();
    });

    async function workAll(handlers: JobHandlers, workers = WORKERS): Promise<Stop> {
      const stops = await Promise.all(queues.slice(0, workers).map((queue) => queue.work(handlers)));
      return async () => void (await Promise.all(stops.map((stop) => stop())));
    }

    test('what eight producers add under the same keys runs once', async () => {
      const contexts = Array.from({ length: 50 }, newContext);
      await Promise.all(
        queues.map(async (queue) => {
          for (const context of contexts) await queue.add('context.index', context, { dedupeKey: context.contextId });
        }),
      );
      const runs: string[] = [];
      const stop = await workAll({ 'context.index': async ({ contextId }) => void runs.push(contextId) });
      await eventually('fifty runs', () => runs.length >= 50);
      await stop();
      expect(runs.toSorted()).toEqual(contexts.map(({ contextId }) => contextId).toSorted());
    });

    test('every job that fails at first is done in the end, each once', async () => {
      const calls = Array.from({ length: 40 }, newCall);
      const done: string[] = [];
      let tries = 0;
      const stop = await workAll({
        'call.execute': async ({ callId }, { attempt }) => {
          tries++;
          if (attempt < 3) throw new Error('not yet');
          done.push(callId);
        },
      });
      await Promise.all(calls.map((call) => anyOf(queues).add('call.execute', call)));
      await eventually('forty done', () => done.length >= 40);
      await stop();
      expect(done.toSorted()).toEqual(calls.map(({ callId }) => callId).toSorted());
      expect(tries).toBe(3 * 40);
    });

    test('a schedule runs once, however many workers there are', async () => {
      const at: number[] = [];
      const stop = await workAll({ 'audit.seal': async () => void at.push(Date.now()) }, 3);
      await eventually('four runs', () => at.length >= 4);
      await stop();
      // Every two seconds: three workers with a schedule each would have needed a third of that.
      expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeGreaterThan(5_000);
    });

    test('the job of a worker that was killed runs again', async () => {
      const call = newCall();
      const victim = await needed(world.spawnVictim)();
      await anyOf(queues).add('call.execute', call);
      await victim.kill();
      const { promise, resolve } = Promise.withResolvers<string>();
      const stop = await workAll({ 'call.execute': async ({ callId }) => resolve(callId) }, 2);
      expect(await promise).toBe(call.callId);
      await stop();
    });

    test('goes on by itself after every connection was broken', async () => {
      const calls = Array.from({ length: 40 }, newCall);
      const done = new Set<string>();
      const stop = await workAll({ 'call.execute': async ({ callId }) => void done.add(callId) });
      await Promise.all(calls.slice(0, 20).map((call) => anyOf(queues).add('call.execute', call)));
      await needed(world.breakConnections)();
      for (const call of calls.slice(20)) {
        await eventually('added', () =>
          anyOf(queues)
            .add('call.execute', call)
            .then(
              () => true,
              () => false,
            ),
        );
      }
      await eventually('all done', () => calls.every(({ callId }) => done.has(callId)));
      await stop();
    });
  });
}

function anyOf(queues: Queue[]): Queue {
  return needed(queues[0]);
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A world of several processes has to offer this.');
  return value;
}
