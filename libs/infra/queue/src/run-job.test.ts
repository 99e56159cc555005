import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import type { JobHandler } from './queue.ts';
import { createQueueMetrics } from './queue-metrics.ts';
import { runJob } from './run-job.ts';

const call = { organizationId: 'org_1', callId: 'call_1' };
const job = (payload: unknown, attemptsMade = 0) => ({
  id: '1',
  data: { payload, trace: {} },
  attemptsMade,
  opts: { attempts: 5 },
});
const parts = (handler: JobHandler<'call.execute'>, stopping = new AbortController().signal) => ({
  name: 'call.execute' as const,
  handler,
  stopping,
  logger: silentLogger(),
  metrics: createQueueMetrics(createMetrics({ service: 'test' })),
});

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('a job over its time-out fails and its signal aborts, even when it does not heed it', async () => {
  let signal: AbortSignal | undefined;
  const never = parts(async (_payload, context) => {
    signal = context.signal;
    await new Promise(() => {});
  });
  const outcome = expect(runJob(never, job(call))).rejects.toThrow('took longer than 330000 ms');
  await jest.advanceTimersByTimeAsync(330_000);
  await outcome;
  expect(signal?.aborted).toBe(true);
});

test('a payload that does not fit is given up at once: no later try would find another', async () => {
  const running = runJob(
    parts(() => Promise.resolve()),
    job({ callId: 7 }),
  );
  await expect(running).rejects.toMatchObject({
    name: 'UnrecoverableError',
    message: expect.stringContaining('organizationId'),
  });
});

test('what the backend keeps of a failure holds no secret and no stack', async () => {
  const leaking = parts(() => Promise.reject(new Error('postgres://me:hunter2@db/x refused')));
  const error: unknown = await runJob(leaking, job(call)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ message: expect.not.stringContaining('hunter2') });
  expect((error as Error).stack).toBe((error as Error).message);
});
