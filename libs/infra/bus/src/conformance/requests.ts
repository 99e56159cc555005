import { expect, test } from '@jest/globals';
import { AppError } from '@devmesh/contracts';
import { createMetrics } from '@devmesh/runtime';
import { NotDeliveredError } from '../not-delivered-error.ts';
import { collector, failure, freshSubject, keepingLogger, nth } from './world.ts';
import type { World } from './world.ts';

const soon = { timeoutMs: 10_000 };

export function describeRequests(world: World): void {
  test('an answer comes from whoever serves the subject, as JSON would have it', async () => {
    const subject = freshSubject();
    const heard = collector<unknown>();
    await world.server.serve(subject, async (payload) => {
      heard.add(payload);
      return { at: new Date(0), nothing: undefined, payload };
    });

    const sent = { text: 'grüße 🦊', list: [1, null, undefined] };
    const answer = await world.asker.request(subject, sent, soon);

    const arrived = { text: 'grüße 🦊', list: [1, null, null] };
    expect(heard.items).toStrictEqual([arrived]);
    expect(answer).toStrictEqual({ at: '1970-01-01T00:00:00.000Z', payload: arrived });
  });

  test('no value at all travels as null, both ways', async () => {
    const subject = freshSubject();
    const heard = collector<unknown>();
    await world.server.serve(subject, async (payload) => {
      heard.add(payload);
    });
    expect(await world.asker.request(subject, undefined, soon)).toBeNull();
    expect(heard.items).toStrictEqual([null]);
  });

  test('one bus may ask itself', async () => {
    const subject = freshSubject();
    await world.asker.serve(subject, async () => 'mine');
    expect(await world.asker.request(subject, {}, soon)).toBe('mine');
  });

  test('where nobody listens the refusal comes at once, and says that nothing happened', async () => {
    const error = await failure(world.asker.request(freshSubject(), {}, { timeoutMs: 3_600_000 }));
    expect(error).toBeInstanceOf(NotDeliveredError);
    expect(error).toMatchObject({ code: 'unavailable', suggestion: expect.stringContaining('Start') });
  });

  test('after the serving has stopped nobody listens', async () => {
    const subject = freshSubject();
    const stop = await world.server.serve(subject, async () => 'here');
    expect(await world.asker.request(subject, {}, soon)).toBe('here');
    await stop();
    expect(await failure(world.asker.request(subject, {}, soon))).toBeInstanceOf(NotDeliveredError);
  });

  test('* serves any one token, and the handler is told which', async () => {
    const subject = freshSubject();
    await world.server.serve(`${subject}.*`, async (_payload, _context, asked) => asked);
    expect(await world.asker.request(`${subject}.get_pods`, {}, soon)).toBe(`${subject}.get_pods`);
    expect(await failure(world.asker.request(`${subject}.a.b`, {}, soon))).toBeInstanceOf(NotDeliveredError);
    expect(await failure(world.asker.request(subject, {}, soon))).toBeInstanceOf(NotDeliveredError);
  });

  test('an AppError of the handler arrives whole, without its cause, and does not claim that nothing happened', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, () => {
      const options = { suggestion: 'Look.', details: { pod: 'a' }, retryable: true, cause: new Error('secret') };
      throw new NotDeliveredError('conflict', 'It has changed.', options);
    });
    const error = await failure(world.asker.request(subject, {}, soon));
    expect(error).toMatchObject({ code: 'conflict', message: 'It has changed.', suggestion: 'Look.', retryable: true });
    expect(error.details).toStrictEqual({ pod: 'a' });
    expect(error.cause).toBeUndefined();
    expect(error).not.toBeInstanceOf(NotDeliveredError);
  });

  test('anything else that a handler throws becomes a neutral sentence with an id that finds the one log line', async () => {
    const subject = freshSubject();
    const { logger, lines } = keepingLogger();
    const server = await world.connect({ logger });
    const thrown = new TypeError('password=hunter2');
    await server.serve(subject, () => Promise.reject(thrown));

    const error = await failure(world.asker.request(subject, {}, soon));

    expect(error.code).toBe('internal');
    expect(JSON.stringify([error.message, error.suggestion, error.details])).not.toContain('hunter2');
    const id = /err_\w+/.exec(error.message)?.[0];
    expect(lines).toMatchObject([{ level: 'error', fields: { id, subject, error: { cause: thrown } } }]);
  });

  test('an error with details that cannot travel still arrives with its sentence', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, () => {
      throw new AppError('not_found', 'No such pod.', { details: { huge: 'x'.repeat(2_000_000) } });
    });
    expect(await failure(world.asker.request(subject, {}, soon))).toMatchObject({
      code: 'not_found',
      message: 'No such pod.',
    });
  });

  test('a payload over 1 MiB is refused before it is sent, one just below arrives', async () => {
    const subject = freshSubject();
    const lengths = collector<number>();
    await world.server.serve(subject, async (payload) => {
      lengths.add(String(payload).length);
    });
    const error = await failure(world.asker.request(subject, 'x'.repeat(1024 * 1024), soon));
    expect(error).toBeInstanceOf(NotDeliveredError);
    expect(error).toMatchObject({ code: 'invalid_input', details: { bytes: 1024 * 1024 + 2 } });
    await world.asker.request(subject, 'x'.repeat(1024 * 1024 - 8_192), soon);
    expect(lengths.items).toStrictEqual([1024 * 1024 - 8_192]);
  });

  test('what JSON cannot say is refused', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(await failure(world.asker.request(freshSubject(), circle, soon))).toMatchObject({ code: 'invalid_input' });
  });

  test.each(['', 'a b', 'a.*', 'a.>', '.a', 'a..b', 'a\r\nPUB x 0', 'a:b'])(
    '%j is no subject to ask',
    async (subject) => {
      expect(await failure(world.asker.request(subject, {}, soon))).toMatchObject({ code: 'invalid_input' });
    },
  );

  test('> is no pattern in either form', async () => {
    expect(await failure(world.server.serve('a.>', async () => {}))).toMatchObject({ code: 'invalid_input' });
    expect(await failure(world.server.subscribe('>', () => {}))).toMatchObject({ code: 'invalid_input' });
  });

  test('bytes that are no JSON, or that nobody waits for, do not end the serving', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async () => 'still here');
    await world.sendRaw(subject, new Uint8Array([0xff, 0xfe, 0x00]));
    expect(await world.asker.request(subject, {}, soon)).toBe('still here');
  });

  test('a slow handler holds nobody up', async () => {
    const subject = freshSubject();
    const slow = Promise.withResolvers<string>();
    await world.server.serve(subject, (payload) => (payload === 'slow' ? slow.promise : Promise.resolve('quick')));
    const first = world.asker.request(subject, 'slow', soon);
    expect(await world.asker.request(subject, 'quick', soon)).toBe('quick');
    slow.resolve('done');
    expect(await first).toBe('done');
  });

  test('with a limit so many handlers run at a time, and the others get their turn in order', async () => {
    const subject = freshSubject();
    const started = collector<unknown>();
    const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<number>());
    await world.server.serve(
      subject,
      (payload) => {
        started.add(payload);
        return nth(gates, Number(payload)).promise;
      },
      { concurrency: 2 },
    );
    const answers = gates.map((_, i) => world.asker.request(subject, i, soon));
    await started.reach(2);
    // Answered by the same server after all four have arrived there.
    const other = freshSubject();
    await world.server.serve(other, async () => 'free');
    await world.asker.request(other, {}, soon);
    expect(started.items).toStrictEqual([0, 1]);
    gates.forEach((gate, i) => gate.resolve(i));
    expect(await Promise.all(answers)).toStrictEqual([0, 1, 2, 3]);
    expect(started.items).toStrictEqual([0, 1, 2, 3]);
  });

  test('every request is counted once, with how it ended', async () => {
    const metrics = createMetrics({ service: 'test' });
    const asker = await world.connect({ metrics });
    const subject = freshSubject();
    await world.server.serve(subject, async () => 'ok');
    await asker.request(subject, {}, soon);
    await failure(asker.request(freshSubject(), {}, soon));
    const text = await metrics.text();
    expect(text).toMatch(/bus_requests_total\{.*outcome="ok".*\} 1/);
    expect(text).toMatch(/bus_requests_total\{.*outcome="unavailable".*\} 1/);
    expect(text).toMatch(/bus_request_duration_seconds_count\{.*\} 2/);
  });
}
