import { expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import { NotDeliveredError } from '../not-delivered-error.ts';
import { aborted, collector, failure, freshSubject } from './world.ts';
import type { World } from './world.ts';

const soon = { timeoutMs: 10_000 };

export function describeCancelling(world: World): void {
  test('when the time is over the asker is told, and the handler is aborted', async () => {
    const subject = freshSubject();
    const ended = Promise.withResolvers<unknown>();
    await world.server.serve(subject, async (_payload, { signal }) => {
      ended.resolve(await aborted(signal));
    });
    const error = await failure(world.asker.request(subject, {}, { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('50 ms') });
    expect(error).not.toBeInstanceOf(NotDeliveredError);
    expect(await ended.promise).toMatchObject({ code: 'timeout' });
  });

  test('whoever aborts gets their own reason, and the handler is aborted', async () => {
    const subject = freshSubject();
    const started = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<unknown>();
    await world.server.serve(subject, async (_payload, { signal }) => {
      started.resolve(undefined);
      ended.resolve(await aborted(signal));
    });
    const controller = new AbortController();
    const answer = failure(world.asker.request(subject, {}, { timeoutMs: 3_600_000, signal: controller.signal }));
    await started.promise;
    const reason = new AppError('conflict', 'Another one was quicker.');
    controller.abort(reason);
    expect(await answer).toBe(reason);
    expect(await ended.promise).toBeInstanceOf(AppError);
  });

  test('an abort without a reason of ours is a time-out that is not worth another try', async () => {
    const subject = freshSubject();
    const started = Promise.withResolvers<undefined>();
    await world.server.serve(subject, async (_payload, { signal }) => {
      started.resolve(undefined);
      await aborted(signal);
    });
    const controller = new AbortController();
    const answer = failure(world.asker.request(subject, {}, { ...soon, signal: controller.signal }));
    await started.promise;
    controller.abort();
    expect(await answer).toMatchObject({ code: 'timeout', retryable: false });
  });

  test('what was aborted before, or has no time, is not even sent', async () => {
    const subject = freshSubject();
    const heard = collector<unknown>();
    await world.server.serve(subject, async (payload) => {
      heard.add(payload);
    });
    const tooLate = world.asker.request(subject, 'aborted', { ...soon, signal: AbortSignal.abort() });
    expect(await failure(tooLate)).toBeInstanceOf(NotDeliveredError);
    expect(await failure(world.asker.request(subject, 'no time', { timeoutMs: 0 }))).toBeInstanceOf(NotDeliveredError);
    await world.asker.request(subject, 'in time', soon);
    expect(heard.items).toStrictEqual(['in time']);
  });

  test('what is cancelled while it waits for its turn never runs', async () => {
    const subject = freshSubject();
    const gate = Promise.withResolvers<string>();
    const started = collector<unknown>();
    await world.server.serve(
      subject,
      (payload) => {
        started.add(payload);
        return payload === 'first' ? gate.promise : Promise.resolve(String(payload));
      },
      { concurrency: 1 },
    );
    const first = world.asker.request(subject, 'first', soon);
    const controller = new AbortController();
    const second = failure(world.asker.request(subject, 'second', { ...soon, signal: controller.signal }));
    const third = world.asker.request(subject, 'third', soon);
    await started.reach(1);
    controller.abort();
    await second;
    // Sent behind the cancel, on the same way.
    const other = freshSubject();
    await world.server.serve(other, async () => 'through');
    await world.asker.request(other, {}, soon);
    gate.resolve('first');
    expect(await Promise.all([first, third])).toStrictEqual(['first', 'third']);
    expect(started.items).toStrictEqual(['first', 'third']);
  });

  test('a handler that does not look at its signal costs the asker nothing', async () => {
    const subject = freshSubject();
    const gate = Promise.withResolvers<string>();
    await world.server.serve(subject, (payload) => (payload === 'deaf' ? gate.promise : Promise.resolve('quick')));
    expect(await failure(world.asker.request(subject, 'deaf', { timeoutMs: 30 }))).toMatchObject({ code: 'timeout' });
    gate.resolve('late');
    expect(await world.asker.request(subject, 'quick', soon)).toBe('quick');
  });
}
