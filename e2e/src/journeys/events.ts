import { describe, expect, test } from '@jest/globals';
import { followEvents } from '../clients/sse.ts';
import { until } from '../platform/until.ts';
import { unique, type World } from './world.ts';

/** The organisation's events as they happen. */
export function describeEvents(world: World): void {
  describe('events', () => {
    test('a stream that broke is taken up where it broke', async () => {
      const { restUrl, apiKey } = world.platform;
      const [first, second, third] = [unique('first'), unique('second'), unique('third')];
      const stream = await followEvents(restUrl, apiKey);
      await write(first);
      const last = await until(() => stream.events.find((event) => mentions(event, first)), {
        what: 'the first context is told of',
      });
      expect(last).toMatchObject({ event: 'context.changed', data: { type: 'context.changed', context_id: first } });
      stream.close();

      await write(second);
      const again = await followEvents(restUrl, apiKey, last.id);
      try {
        await until(() => again.events.some((event) => mentions(event, second)), { what: 'what was missed is told' });
        await write(third);
        await until(() => again.events.some((event) => mentions(event, third)), { what: 'what comes then is told' });
        expect(again.events.some(({ id }) => id === last.id)).toBe(false);
        expect(new Set(again.events.map(({ id }) => id)).size).toBe(again.events.length);
      } finally {
        again.close();
      }
    });

    test('another organisation hears nothing of it', async () => {
      const other = await world.register();
      const theirs = await followEvents(world.platform.restUrl, other.apiKey);
      const ours = await followEvents(world.platform.restUrl, world.platform.apiKey);
      try {
        const id = unique('secret');
        const own = unique('own');
        await write(id);
        await world.api.call('prometheus_create_silence', {
          matchers: [{ name: 'e2e', value: id }],
          duration_minutes: 5,
          reason: 'who hears it?',
        });
        await until(
          () =>
            ours.events.some(({ event }) => event === 'approval.changed') &&
            ours.events.some((event) => mentions(event, id)),
          { what: 'we hear it' },
        );
        await other.api.post('/api/v1/contexts', { id: own, content: 'theirs' });
        await until(() => theirs.events.some((event) => mentions(event, own)), { what: 'they hear their own' });
        expect(theirs.events.filter((event) => !mentions(event, own))).toEqual([]);
      } finally {
        theirs.close();
        ours.close();
      }
    });

    test('the stream of a revoked key ends', async () => {
      const agent = await world.makeKey();
      const stream = await followEvents(world.platform.restUrl, agent.key);
      await world.api.request('DELETE', `/api/v1/api-keys/${agent.id}`);
      await until(() => stream.hasEnded(), { what: 'the stream has ended', forMs: 3_000 });
    });

    function write(id: string) {
      return world.api.post('/api/v1/contexts', { id, content: 'something happened' });
    }
  });
}

function mentions(event: { data: unknown }, id: string): boolean {
  return JSON.stringify(event.data).includes(id);
}
