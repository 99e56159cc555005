import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMemoryBus, type Bus, type Stop } from '@devmesh/bus';
import { subjects, type EventEnvelope, type OrganizationEvent } from '@devmesh/contracts';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { createOrganizationEvents, type OrganizationEvents } from './organization-events.ts';

let bus: Bus;
let events: OrganizationEvents;
let stop: Stop;

beforeEach(async () => {
  const logger = silentLogger();
  bus = createMemoryBus({ logger, metrics: createMetrics({ service: 'test' }) });
  events = createOrganizationEvents(bus, () => new Date('2026-11-20T12:00:00Z'), logger);
  stop = await events.start();
});
afterEach(async () => {
  await stop();
  await bus.close();
});

const changed = (id: string): OrganizationEvent => ({ type: 'context.changed', context_id: id, change: 'created' });

/** Publishes, and resolves when the last of it has been heard. */
async function happen(organizationId: string, ...ids: string[]): Promise<EventEnvelope[]> {
  const heard: EventEnvelope[] = [];
  const all = Promise.withResolvers<undefined>();
  const unfollow = events.follow(organizationId, (envelope) => {
    if (heard.push(envelope) === ids.length) all.resolve(undefined);
  });
  for (const id of ids) events.publish(organizationId, changed(id));
  await all.promise;
  unfollow();
  return heard;
}
const idsOf = (kept: readonly EventEnvelope[] | undefined) =>
  kept?.map(({ event }) => (event.type === 'context.changed' ? event.context_id : ''));

test('who follows hears its own organisation only, in order, until it stops', async () => {
  const heard: EventEnvelope[] = [];
  const unfollow = events.follow('a', (envelope) => heard.push(envelope));
  await happen('b', 'of b');
  await happen('a', '1', '2');
  unfollow();
  await happen('a', '3');
  expect(idsOf(heard)).toEqual(['1', '2']);
});

test('a listener that stops twice takes nobody else with it', async () => {
  const unfollow = events.follow('a', () => {});
  unfollow();
  const heard: EventEnvelope[] = [];
  events.follow('a', (envelope) => heard.push(envelope));
  unfollow();
  await happen('a', '1');
  expect(idsOf(heard)).toEqual(['1']);
});

test('what came after an event is given again; after an unknown one, or another organisation’s, nothing is known', async () => {
  const [first] = await happen('a', '1', '2', '3');
  const [foreign] = await happen('b', 'of b');
  expect(idsOf(events.since('a', first?.id ?? ''))).toEqual(['2', '3']);
  expect(events.since('a', foreign?.id ?? '')).toBeUndefined();
  expect(events.since('c', first?.id ?? '')).toBeUndefined();
});

test('the last 500 are kept, and a busy organisation pushes out nobody else’s', async () => {
  const [of] = await happen('quiet', '1', '2');
  const many = await happen('busy', ...Array.from({ length: 501 }, (_, n) => String(n)));
  expect(events.since('busy', many[0]?.id ?? '')).toBeUndefined();
  expect(events.since('busy', many[1]?.id ?? '')).toHaveLength(499);
  expect(idsOf(events.since('quiet', of?.id ?? ''))).toEqual(['2']);
});

test('a message that is no event is left out', async () => {
  bus.publish(subjects.events('a'), { event: 'nonsense' });
  const [one] = await happen('a', '1');
  expect(events.since('a', one?.id ?? '')).toEqual([]);
});
