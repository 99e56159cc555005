import { expect, test } from '@jest/globals';
import { NotDeliveredError } from '../not-delivered-error.ts';
import { collector, freshSubject, keepingLogger } from './world.ts';
import type { World } from './world.ts';

export function describePubsub(world: World): void {
  test('everybody who listens hears it, in order, also whoever said it', async () => {
    const subject = freshSubject();
    const [near, far] = [collector<unknown>(), collector<unknown>()];
    await world.asker.subscribe(subject, near.add);
    await world.server.subscribe(subject, far.add);
    const all = Array.from({ length: 200 }, (_, i) => i);
    for (const i of all) world.asker.publish(subject, i);
    expect(await far.reach(200)).toStrictEqual(all);
    expect(await near.reach(200)).toStrictEqual(all);
  });

  test('it is heard later, not within publish', async () => {
    const subject = freshSubject();
    const heard = collector<unknown>();
    await world.asker.subscribe(subject, heard.add);
    world.asker.publish(subject, 'later');
    expect(heard.items).toStrictEqual([]);
    await heard.reach(1);
  });

  test('a subscriber gets a value of its own', async () => {
    const subject = freshSubject();
    const heard = collector<unknown>();
    await world.asker.subscribe(subject, heard.add);
    await world.asker.subscribe(subject, heard.add);
    const said = { list: [1] };
    world.asker.publish(subject, said);
    const [one, two] = await heard.reach(2);
    expect(one).toStrictEqual(said);
    expect(one).not.toBe(said);
    expect(one).not.toBe(two);
  });

  test('* hears exactly one token', async () => {
    const subject = freshSubject();
    const heard = collector<string>();
    await world.server.subscribe(`${subject}.*`, (_payload, said) => heard.add(said));
    await world.server.subscribe(`${subject}.*.end`, (_payload, said) => heard.add(said));
    for (const rest of ['', '.a', '.a.b', '.a.end', '.a.b.end', '.z']) world.asker.publish(`${subject}${rest}`, {});
    expect(await heard.reach(3)).toStrictEqual([`${subject}.a`, `${subject}.a.end`, `${subject}.z`]);
  });

  test('of those who share a queue one hears it, and so does everybody without one', async () => {
    const subject = freshSubject();
    const shared = collector<unknown>();
    const own = collector<unknown>();
    await world.server.subscribe(subject, shared.add, { queue: 'q' });
    await world.asker.subscribe(subject, shared.add, { queue: 'q' });
    await world.server.subscribe(subject, own.add);
    for (let i = 0; i < 50; i++) world.asker.publish(subject, i);
    await own.reach(50);
    expect([...(await shared.reach(50))].sort((a, b) => Number(a) - Number(b))).toStrictEqual(own.items);
  });

  test('nobody has to listen', () => {
    expect(() => {
      world.asker.publish(freshSubject(), {});
    }).not.toThrow();
  });

  test('more than 1 MiB is refused', () => {
    expect(() => {
      world.asker.publish(freshSubject(), 'x'.repeat(1024 * 1024));
    }).toThrow(NotDeliveredError);
  });

  test('a message that is no JSON, and a handler that throws, are logged and do not end the listening', async () => {
    const subject = freshSubject();
    const { logger, lines } = keepingLogger();
    const listener = await world.connect({ logger });
    const heard = collector<unknown>();
    await listener.subscribe(subject, (payload) => {
      if (payload === 'sync') throw new Error('sync');
      if (payload === 'async') return Promise.reject(new Error('async'));
      return void heard.add(payload);
    });
    await world.sendRaw(subject, new TextEncoder().encode('{"half":'));
    world.asker.publish(subject, 'sync');
    world.asker.publish(subject, 'async');
    world.asker.publish(subject, 'good');
    expect(await heard.reach(1)).toStrictEqual(['good']);
    expect(lines.map(({ message }) => message).sort()).toStrictEqual([
      'a message on the bus is not JSON',
      'a subscriber failed',
      'a subscriber failed',
    ]);
  });

  test('after stop nothing more is heard, by that one', async () => {
    const subject = freshSubject();
    const [ended, other] = [collector<unknown>(), collector<unknown>()];
    const stop = await world.server.subscribe(subject, ended.add);
    await world.server.subscribe(subject, other.add);
    world.asker.publish(subject, 1);
    await ended.reach(1);
    await stop();
    await stop();
    world.asker.publish(subject, 2);
    await other.reach(2);
    expect(ended.items).toStrictEqual([1]);
  });
}
