import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMetrics, silentLogger, traceContext, withTraceContext } from '@devmesh/runtime';
import { describeQueueConcurrency } from './conformance/concurrency.ts';
import { eventually, newCall, newContext, queueParts } from './conformance/world.ts';
import type { QueueWorld } from './conformance/world.ts';
import type { Queue } from './index.ts';

export interface QueueSuiteOptions {
  /** Whether several processes can share the backend; the embedded form has one, and leaves out the section of eight workers. */
  concurrent: boolean;
}

/** What every form of the queue guarantees. Tests share a world, so handlers look at their own jobs only. */
export function describeQueue(name: string, make: () => Promise<QueueWorld>, { concurrent }: QueueSuiteOptions): void {
  describe(`queue: ${name}`, () => {
    let world: QueueWorld;
    let queue: Queue;
    const metrics = createMetrics({ service: 'test' });
    const errors: string[] = [];
    beforeAll(async () => {
      world = await make();
      const logger = { ...silentLogger(), error: (message: string) => void errors.push(message) };
      queue = await world.open(queueParts({ metrics, logger }));
    });
    afterAll(async () => {
      await queue.close();
      await world.close();
    });

    test('runs a job with its payload, inside the trace of who added it', async () => {
      const call = newCall();
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      await withTraceContext({ traceparent }, () => queue.add('call.execute', call));
      const { promise, resolve } = Promise.withResolvers<object>();
      const stop = await queue.work({
        'call.execute': async (payload, { attempt, trace }) => {
          if (payload.callId === call.callId) resolve({ payload, attempt, trace, inside: traceContext() });
        },
      });
      expect(await promise).toEqual({ payload: call, attempt: 1, trace: { traceparent }, inside: { traceparent } });
      await stop();
    });

    test('refuses a payload that does not fit its job, before it is stored', async () => {
      const wrong = { organizationId: 'org_1' } as ReturnType<typeof newCall>;
      await expect(queue.add('call.execute', wrong)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('callId'),
      });
      expect((await queue.depth())['call.execute'].waiting).toBe(0);
    });

    test('tries a failed job again, later, and counts it', async () => {
      const call = newCall();
      const tries: { attempt: number; at: number }[] = [];
      const stop = await queue.work({
        'call.execute': async ({ callId }, { attempt }) => {
          if (callId !== call.callId) return;
          tries.push({ attempt, at: performance.now() });
          if (attempt === 1) throw new Error('not yet');
        },
      });
      await queue.add('call.execute', call);
      await eventually('a second try', () => tries.length === 2);
      expect(tries.map(({ attempt }) => attempt)).toEqual([1, 2]);
      // Backoff of 500 ms, less 30 % jitter.
      expect(tries[1]!.at - tries[0]!.at).toBeGreaterThan(300);
      await stop();
      expect(await metrics.text()).toMatch(/queue_jobs_total\{job="call.execute",outcome="retried",service="test"\} 1/);
    });

    test('a job without tries left is failed, and logged once', async () => {
      errors.length = 0;
      await queue.add('evidence.sweep', {});
      const before = (await queue.depth())['evidence.sweep'].failed;
      const stop = await queue.work({ 'evidence.sweep': () => Promise.reject(new Error('broken')) });
      await eventually('a failed job', async () => (await queue.depth())['evidence.sweep'].failed > before);
      await stop();
      const { failed } = (await queue.depth())['evidence.sweep'];
      expect(errors).toEqual(Array.from({ length: failed - before }, () => 'job failed for good'));
    });

    test('does not run a job before its delay is over', async () => {
      const call = newCall();
      const { promise, resolve } = Promise.withResolvers<number>();
      const stop = await queue.work({
        'call.execute': async ({ callId }) => {
          if (callId === call.callId) resolve(Date.now());
        },
      });
      const addedAt = Date.now();
      await queue.add('call.execute', call, { delayMs: 300 });
      expect((await queue.depth())['call.execute'].delayed).toBe(1);
      expect((await promise) - addedAt).toBeGreaterThanOrEqual(299);
      await stop();
    });

    test('a job that waits is not added again under its key; one that runs is followed by one more', async () => {
      const context = newContext();
      const key = `index:${context.contextId}`;
      for (let i = 0; i < 3; i++) await queue.add('context.index', context, { dedupeKey: key });
      expect((await queue.depth())['context.index'].waiting).toBe(1);

      let runs = 0;
      const stop = await queue.work({
        'context.index': async ({ contextId }) => {
          if (contextId !== context.contextId) return;
          runs++;
          // Two messages arrive while the first is being worked on.
          if (runs === 1) for (let i = 0; i < 2; i++) await queue.add('context.index', context, { dedupeKey: key });
        },
      });
      await eventually('a second run', () => runs === 2);
      await eventually('an empty queue', async () => isEmpty((await queue.depth())['context.index']));
      await stop();
      expect(runs).toBe(2);
    });

    test('runs as many of one kind at once as the catalog says, and no more', async () => {
      let running = 0;
      let most = 0;
      let done = 0;
      const { promise: fourAtOnce, resolve } = Promise.withResolvers<undefined>();
      for (let i = 0; i < 12; i++) await queue.add('context.index', newContext());
      const stop = await queue.work({
        'context.index': async () => {
          most = Math.max(most, ++running);
          if (running === 4) resolve(undefined);
          await fourAtOnce;
          running--;
          done++;
        },
      });
      await eventually('twelve jobs done', () => done === 12);
      await stop();
      expect(most).toBe(4);
    });

    // A job that arrives in the very moment of the stop may still be taken by the wait that is under way: it then runs to its end.
    test('stopping lets what runs finish, and afterwards nothing is started', async () => {
      const [first, second] = [newCall(), newCall()];
      const order: string[] = [];
      const started = Promise.withResolvers<undefined>();
      const goOn = Promise.withResolvers<undefined>();
      const stop = await queue.work({
        'call.execute': async ({ callId }) => {
          order.push(callId);
          started.resolve(undefined);
          await goOn.promise;
          order.push('finished');
        },
      });
      await queue.add('call.execute', first);
      await started.promise;
      const stopped = stop();
      goOn.resolve(undefined);
      await stopped;
      await queue.add('call.execute', second);
      expect(order).toEqual([first.callId, 'finished']);
      expect((await queue.depth())['call.execute'].waiting).toBe(1);
      await emptied(queue);
    });

    test('a job that does not end by the deadline is told so, and runs again elsewhere', async () => {
      const call = newCall();
      const impatient = await world.open(queueParts({ stopDeadlineMs: 50 }));
      const started = Promise.withResolvers<AbortSignal>();
      const stop = await impatient.work({
        'call.execute': async (_payload, { signal }) => {
          started.resolve(signal);
          await new Promise(() => {});
        },
      });
      await impatient.add('call.execute', call);
      const signal = await started.promise;
      await stop();
      expect(signal.aborted).toBe(true);
      await impatient.close();

      const { promise, resolve } = Promise.withResolvers<number>();
      const stopSecond = await queue.work({
        'call.execute': async ({ callId }, { attempt }) => {
          if (callId === call.callId) resolve(attempt);
        },
      });
      expect(await promise).toBe(2);
      await stopSecond();
    });

    test('scheduled jobs come again and again', async () => {
      let runs = 0;
      const stop = await queue.work({ 'audit.seal': async () => void runs++ });
      await eventually('two runs', () => runs >= 2);
      await stop();
    });

    test('is `up`, and `unavailable` after it was closed', async () => {
      const other = await world.open(queueParts());
      await other.add('call.execute', newCall());
      expect(other.state()).toMatchObject({ state: 'up' });
      await Promise.all([other.close(), other.close()]);
      await expect(other.add('call.execute', newCall())).rejects.toMatchObject({ code: 'unavailable' });
    });

    if (concurrent) describeQueueConcurrency(make);
  });
}

async function emptied(queue: Queue): Promise<void> {
  const stop = await queue.work({ 'call.execute': () => Promise.resolve() });
  await eventually('an empty queue', async () => isEmpty((await queue.depth())['call.execute']));
  await stop();
}

function isEmpty({ waiting, active, delayed }: { waiting: number; active: number; delayed: number }): boolean {
  return waiting + active + delayed === 0;
}
