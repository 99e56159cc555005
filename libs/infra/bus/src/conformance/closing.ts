import { expect, test } from '@jest/globals';
import { NotDeliveredError } from '../not-delivered-error.ts';
import { aborted, collector, failure, freshSubject } from './world.ts';
import type { World } from './world.ts';

const soon = { timeoutMs: 10_000 };

export function describeClosing(world: World): void {
  test('close lets running handlers end, with requests of their own, and their answers arrive', async () => {
    const server = await world.connect();
    const [subject, inner] = [freshSubject(), freshSubject()];
    const started = collector<number>();
    const gate = Promise.withResolvers<undefined>();
    await world.asker.serve(inner, async () => 'inner');
    await server.serve(subject, async (payload) => {
      started.add(Number(payload));
      await gate.promise;
      return [payload, await server.request(inner, {}, soon)];
    });
    const answers = [0, 1, 2, 3].map((i) => world.asker.request(subject, i, soon));
    await started.reach(4);
    const closed = server.close();
    gate.resolve(undefined);
    expect(await Promise.all(answers)).toStrictEqual([0, 1, 2, 3].map((i) => [i, 'inner']));
    await closed;
  });

  test('handlers that do not end in time are aborted, and may still say why', async () => {
    const server = await world.connect({ drainMs: 30 });
    const subject = freshSubject();
    const started = collector<unknown>();
    await server.serve(subject, async (payload, { signal }) => {
      started.add(payload);
      throw await aborted(signal);
    });
    const answer = failure(world.asker.request(subject, {}, soon));
    await started.reach(1);
    await server.close();
    expect(await answer).toMatchObject({ code: 'unavailable', message: expect.stringContaining('shutting down') });
  });

  test('a handler that hears nothing cannot keep the process', async () => {
    const server = await world.connect({ drainMs: 10 });
    const subject = freshSubject();
    const started = collector<unknown>();
    await server.serve(subject, (payload) => {
      started.add(payload);
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const answer = failure(world.asker.request(subject, {}, { ...soon, signal: controller.signal }));
    await started.reach(1);
    await server.close();
    controller.abort();
    await answer;
  });

  test('after close it takes nothing more, says so, and others go on', async () => {
    const bus = await world.connect();
    const subject = freshSubject();
    await bus.serve(subject, async () => 'gone');
    await world.server.serve(subject, async () => 'other');
    await Promise.all([bus.close(), bus.close()]);
    expect(bus.state()).toMatchObject({ state: 'down', reason: expect.stringContaining('closed') });
    expect(await failure(bus.request(subject, {}, soon))).toBeInstanceOf(NotDeliveredError);
    expect(await failure(bus.serve(subject, async () => {}))).toMatchObject({ code: 'unavailable' });
    expect(await failure(bus.subscribe(subject, () => {}))).toMatchObject({ code: 'unavailable' });
    expect(() => {
      bus.publish(subject, {});
    }).not.toThrow();
    expect(await world.asker.request(subject, {}, soon)).toBe('other');
  });

  test('whoever still waits for an answer is told that it may have been done', async () => {
    const bus = await world.connect();
    const subject = freshSubject();
    const started = collector<unknown>();
    await world.server.serve(subject, async (payload, { signal }) => {
      started.add(payload);
      await aborted(signal);
    });
    const answer = failure(bus.request(subject, {}, { timeoutMs: 1_000 }));
    await started.reach(1);
    await bus.close();
    const error = await answer;
    expect(error).toMatchObject({ code: 'unavailable', suggestion: expect.stringContaining('may have been done') });
    expect(error).not.toBeInstanceOf(NotDeliveredError);
  });

  test('while it stands it is up, since a time', () => {
    expect(world.asker.state()).toMatchObject({ state: 'up', since: expect.stringMatching(/^\d{4}-.*Z$/) });
  });
}
