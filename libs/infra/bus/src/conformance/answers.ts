import { expect, test } from '@jest/globals';
import type { Progress, ServeContext } from '../bus.ts';
import { failure, freshSubject } from './world.ts';
import type { World } from './world.ts';

const soon = { timeoutMs: 10_000 };
const CHUNK = 256 * 1024;
/** The two quotation marks of a JSON string. */
const QUOTES = 2;

export function describeAnswers(world: World): void {
  test('progress arrives in order, all of it before the answer', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async (_payload, { progress }) => {
      for (let i = 1; i <= 100; i++) progress({ progress: i, total: 100, message: `step ${String(i)}` });
      return 'done';
    });
    const heard: Progress[] = [];
    await world.asker.request(subject, {}, { ...soon, onProgress: (progress) => heard.push(progress) });
    expect(heard).toStrictEqual(
      Array.from({ length: 100 }, (_, i) => ({ progress: i + 1, total: 100, message: `step ${String(i + 1)}` })),
    );
  });

  test('progress reported after the answer reaches nobody', async () => {
    const subject = freshSubject();
    let kept: ServeContext | undefined;
    await world.server.serve(subject, async (_payload, context) => {
      kept ??= context;
      return 'done';
    });
    const heard: Progress[] = [];
    const options = { ...soon, onProgress: (progress: Progress) => heard.push(progress) };
    await world.asker.request(subject, {}, options);
    kept?.progress({ progress: 1 });
    await world.asker.request(subject, {}, options);
    expect(heard).toStrictEqual([]);
  });

  test('a listener for progress that throws spoils nothing', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async (_payload, { progress }) => {
      progress({ progress: 1 });
      return 'done';
    });
    const onProgress = () => {
      throw new Error('listener');
    };
    expect(await world.asker.request(subject, {}, { ...soon, onProgress })).toBe('done');
  });

  test.each([CHUNK - 1, CHUNK, CHUNK + 1, 4 * CHUNK, 4 * CHUNK + 1, 5 * CHUNK, 16 * 1024 * 1024])(
    'an answer of %d bytes arrives whole',
    async (bytes) => {
      const subject = freshSubject();
      const value = patterned(bytes - QUOTES);
      await world.server.serve(subject, async () => value);
      expect((await world.asker.request(subject, {}, soon)) === value).toBe(true);
    },
  );

  test('characters of several bytes survive the cut between two pieces', async () => {
    const subject = freshSubject();
    const value = '🦊'.repeat(CHUNK);
    await world.server.serve(subject, async () => ['a', value]);
    expect(await world.asker.request(subject, {}, soon)).toStrictEqual(['a', value]);
  });

  test('an answer over 16 MiB fails with its size and what to do', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async () => 'x'.repeat(16 * 1024 * 1024));
    expect(await failure(world.asker.request(subject, {}, soon))).toMatchObject({
      code: 'upstream_failed',
      message: expect.stringContaining('16.1 MiB'),
      suggestion: expect.stringContaining('less'),
    });
  });

  test('an answer that JSON cannot say is a fault of the handler', async () => {
    const subject = freshSubject();
    await world.server.serve(subject, async () => 10n);
    expect(await failure(world.asker.request(subject, {}, soon))).toMatchObject({ code: 'internal' });
  });
}

/** Text in which no two pieces are alike, so that a lost or exchanged one shows. */
export function patterned(length: number): string {
  let text = '';
  for (let i = 0; text.length < length; i++) text += `${String(i)} `;
  return text.slice(0, length);
}
