import { expect, test } from '@jest/globals';
import type { Connections } from '@devmesh/connections';
import type { Announcement, Principal } from '@devmesh/contracts';
import type { Systems } from '@devmesh/gateway';
import { createHealth } from '@devmesh/runtime';
import { createReadStatus } from './read-status.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const clock = () => NOW;
const principal = { organizationId: 'a', organizationSlug: 'a' } as Principal;

function statusOf(heardAt: Date | undefined) {
  const health = createHealth({ clock });
  health.add('bus', () => ({
    state: 'down',
    reason: 'no server answers',
    since: '2026-11-20T11:59:00Z',
    critical: true,
  }));
  const announcement = { system: 'lamp', appVersion: '1.2.3', tools: [{}, {}] } as unknown as Announcement;
  const systems: Pick<Systems, 'list' | 'heardAt'> = { list: () => [announcement], heardAt: () => heardAt };
  const own = [
    { system: 'lamp', name: 'main' },
    { system: 'other', name: 'x' },
  ];
  const connections = { list: async () => own } as unknown as Connections;
  return createReadStatus({ health, systems: systems as Systems, connections, clock })(principal);
}

test.each([
  ['announcing', new Date(NOW.getTime() - 30_000), 'its last announcement'],
  ['silent', new Date(NOW.getTime() - 30_001), 'its last announcement'],
  ['unknown', undefined, 'an announcement from before this process started'],
])('a system is %s by when it was last heard, and says how that is known', async (state, heardAt, knownBy) => {
  const { systems } = await statusOf(heardAt);
  expect(systems).toEqual([
    {
      system: 'lamp',
      state,
      known_by: knownBy,
      heard_at: heardAt?.toISOString() ?? null,
      version: '1.2.3',
      tools: 2,
      connections: ['main'],
    },
  ]);
});

test('a dependency says its state, why and since when', async () => {
  expect(await statusOf(NOW)).toMatchObject({
    status: 'down',
    dependencies: { bus: { state: 'down', reason: 'no server answers', since: '2026-11-20T11:59:00Z' } },
  });
});
