import { expect, test } from '@jest/globals';
import { currentLogContext, newTraceContext, traceContext, withLogContext, withTraceContext } from '@devmesh/runtime';
import { NotDeliveredError } from '../not-delivered-error.ts';
import { failure, freshSubject } from './world.ts';
import type { World } from './world.ts';

const soon = { timeoutMs: 10_000 };

export function describeSigns(world: World): void {
  test('a server that is never heard of is given up long before the time is over; one at work is waited for', async () => {
    const asker = await world.connect({ keepAliveMs: 100 });
    const [mute, busy] = [freshSubject(), freshSubject()];
    const gate = Promise.withResolvers<string>();
    await world.server.subscribe(mute, () => {});
    await world.server.serve(busy, () => gate.promise);

    const slow = asker.request(busy, {}, { timeoutMs: 3_600_000 });
    const error = await failure(asker.request(mute, {}, { timeoutMs: 3_600_000 }));
    // `slow` was asked earlier, so it has outlived the same silence.
    gate.resolve('done');

    expect(error).toMatchObject({ code: 'timeout', message: expect.stringContaining('300 ms') });
    expect(error).not.toBeInstanceOf(NotDeliveredError);
    expect(await slow).toBe('done');
  });

  test("the asker's trace goes on in the handler, its log fields do not", async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async (_payload, { trace }) => [trace, traceContext(), currentLogContext()]);
    const trace = newTraceContext();
    const [told, around, fields] = (await withLogContext({ request_id: 'req_1' }, () =>
      withTraceContext(trace, () => world.asker.request(subject, {}, soon)),
    )) as unknown[];
    expect(told).toStrictEqual(trace);
    expect(around).toStrictEqual(trace);
    expect(fields).toStrictEqual({ trace_id: trace.traceparent?.slice(3, 35) });
  });

  test('a trace given with the request goes before', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async (_payload, context) => context.trace);
    const trace = { ...newTraceContext(), tracestate: 'vendor=1' };
    expect(await world.asker.request(subject, {}, { ...soon, trace })).toStrictEqual(trace);
  });

  test('a trace that is no header is left at home', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async (_payload, context) => context.trace.tracestate ?? 'none');
    const trace = { ...newTraceContext(), tracestate: 'a=1\r\nDevmesh-Frame: done' };
    expect(await world.asker.request(subject, {}, { ...soon, trace })).toBe('none');
  });

  test("a publisher's trace goes on in the subscriber", async () => {
    const subject = freshSubject();
    const heard = Promise.withResolvers<unknown>();
    await world.server.subscribe(subject, () => {
      heard.resolve(traceContext());
    });
    const trace = newTraceContext();
    withTraceContext(trace, () => {
      world.asker.publish(subject, {});
    });
    expect(await heard.promise).toStrictEqual(trace);
  });

  test('progress is heard in the log context of whoever asked', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async (_payload, { progress }) => {
      progress({ progress: 1 });
    });
    const heard: unknown[] = [];
    await withLogContext({ request_id: 'req_1' }, () =>
      world.asker.request(subject, {}, { ...soon, onProgress: () => heard.push(currentLogContext()['request_id']) }),
    );
    expect(heard).toStrictEqual(['req_1']);
  });
}
