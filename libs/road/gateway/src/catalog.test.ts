import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { subjects, type Announcement } from '@devmesh/contracts';
import type { Store } from '@devmesh/store';
import { openTestStore } from '@devmesh/store/testing';
import { connectionOf, openWorld, type World } from './road.fixtures.ts';

let store: Store;
let world: World;

beforeAll(async () => void (store = await openTestStore()));
beforeEach(async () => void (world = await openWorld({ db: store.db })));
afterEach(() => world.close());
afterAll(() => store.close());

const names = async (principal = world.agent, options = {}) =>
  (await world.catalog.list(principal, options)).map(({ descriptor }) => descriptor.name);
const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => ({ ...(error as object) }),
  );

/** What an adapter says of itself, heard by the door. */
async function announce(change: (announcement: Announcement) => Announcement): Promise<void> {
  const known = world.systems.get('lamp');
  if (!known) throw new Error('no lamps');
  world.bus.publish(subjects.announce('x'), change(structuredClone(known)));
  await turn();
}

/** Everything that the memory bus has under way has arrived. */
async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('a toolset is a boundary on the list and on the call', async () => {
  const narrow = world.principalOf({ toolset: 'memory' });
  expect(await names(narrow)).toEqual(['contexts_list']);
  await expect(world.call('lamp.get', { name: 'a' }, {}, narrow)).rejects.toMatchObject({ code: 'not_found' });
  const both = world.principalOf({ toolset: 'memory, lamp' });
  expect(await names(both)).toContain('lamp.get');
});

test('a URL only narrows: it never gives what the key lacks', async () => {
  const narrow = world.principalOf({ toolset: 'memory' });
  expect(await names(narrow, { narrowing: 'all' })).toEqual(['contexts_list']);
  expect(await names(world.agent, { narrowing: 'memory' })).toEqual(['contexts_list']);
  await expect(world.call('lamp.get', { name: 'a' }, { toolsets: 'memory' })).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('a toolset that there is not is refused by name', () => {
  world.catalog.assertToolsets('observe,lamp,memory,devmesh');
  expect(() => {
    world.catalog.assertToolsets('observe,lamps');
  }).toThrow('There is no toolset lamps.');
});

test('to the agent a hidden tool is like one that there is not, to people it is a denial with the rule', async () => {
  const reader = world.principalOf({ scopes: ['read'] });
  const hidden = await failure(world.call('lamp.turn', { name: 'a' }, {}, reader));
  const unknown = await failure(world.call('lamp.tern', { name: 'a' }, {}, reader));
  expect(hidden).toEqual(unknown);
  expect(hidden).toMatchObject({ code: 'not_found', details: { nearest: [expect.not.stringContaining('turn')] } });
  await failure(world.call('lamp.get', { name: 'a' }, {}, world.principalOf({ toolset: 'memory' })));
  expect(await world.audit()).toMatchObject([
    { action: 'call.denied', target: 'lamp.turn', rule: 'scope-write' },
    { action: 'call.denied', target: 'lamp.get', rule: 'toolset' },
  ]);
});

test('the list holds what a call would be allowed, in the order of the questions that people ask first', async () => {
  expect(await names(world.principalOf({ scopes: ['read'] }))).toEqual([
    'contexts_list',
    'status',
    'lamp.dump',
    'lamp.get',
    'lamp.log',
    'lamp.say',
    'lamp.wait',
  ]);
});

test('a system without a connection is listed only when everything is asked for', async () => {
  world.connections.splice(0);
  world.bus.publish(subjects.connectionsChanged, { organizationId: world.organizationId });
  await turn();
  expect(await names()).not.toContain('lamp.get');
  expect(await names(world.agent, { all: true })).toContain('lamp.get');
});

test('where there is a choice of connections the tool says so', async () => {
  world.connections.push(connectionOf('second', 'staging'));
  world.bus.publish(subjects.connectionsChanged, { organizationId: world.organizationId });
  await turn();
  const tool = (await world.catalog.list(world.agent)).find(({ published }) => published === 'lamp_get');
  expect(tool?.inputSchema).toMatchObject({ properties: { connection: { enum: ['main', 'second'] } } });
});

test("one organisation's connections are not another's", async () => {
  const foreigner = world.principalOf({ organizationId: 'org_other' });
  expect(await names(foreigner)).not.toContain('lamp.get');
});

test('a message that was lost costs five seconds, not for ever', async () => {
  await names();
  world.connections.splice(0);
  expect(await names()).toContain('lamp.get');
  const later = performance.now() + 5_001;
  jest.spyOn(performance, 'now').mockReturnValue(later);
  expect(await names()).not.toContain('lamp.get');
});

test('a silent system stays listed and answers unavailable', async () => {
  await world.serving.stop();
  expect(await names()).toContain('lamp.get');
  expect((await world.call('lamp.get', { name: 'a' })).reply.error).toMatchObject({ code: 'unavailable' });
});

test('a door that starts while an adapter is silent knows its tools from the last announcement', async () => {
  await world.serving.stop();
  const late = await openWorld({ db: store.db, serve: false });
  const [kept] = world.announcements.values();
  if (kept) late.announcements.set('lamp', kept);
  const stop = await late.systems.start();
  expect((await late.catalog.list(late.agent)).map(({ published }) => published)).toContain('lamp_get');
  expect(late.systems.heardAt('lamp')).toBeUndefined();
  await stop();
  await late.close();
});

test.each<[string, (announcement: Announcement) => Announcement]>([
  ['tools of another system', (lamp) => ({ ...lamp, system: 'other' })],
  [
    "a name of DevMesh's own",
    (lamp) => ({ ...lamp, system: 'memory', tools: lamp.tools.map((tool) => ({ ...tool, system: 'memory' })) }),
  ],
  [
    'a tool that passes for one of ours',
    (lamp) => ({ ...lamp, tools: lamp.tools.map((tool) => ({ ...tool, name: 'status', needsConnection: false })) }),
  ],
  [
    'two tools with one published name',
    (lamp) => ({
      ...lamp,
      tools: ['lamp.get_it', 'lamp.get_it'].flatMap((name) =>
        lamp.tools.slice(0, 1).map((tool) => ({ ...tool, name })),
      ),
    }),
  ],
])('an announcement with %s is refused, said once, and changes nothing', async (_what, change) => {
  const before = await names(world.agent, { all: true });
  await announce(change);
  await announce(change);
  expect(await names(world.agent, { all: true })).toEqual(before);
  expect(world.logged.filter(({ message }) => message === 'an announcement was refused')).toHaveLength(1);
  expect((await world.call('status', {})).reply.data).toEqual({ viewer: 'key:agent' });
});

test('a tool of another system never takes the place of one of our own', async () => {
  await announce((lamp) => ({
    ...lamp,
    system: 'contexts',
    tools: lamp.tools.slice(0, 1).map((tool) => ({ ...tool, name: 'contexts.list', system: 'contexts' })),
  }));
  expect((await world.call('contexts_list', {})).reply.data).toEqual({ viewer: 'key:agent' });
  expect(await names(world.agent, { all: true })).not.toContain('contexts.list');
});

test('a schema that cannot be compiled costs that one tool', async () => {
  await announce((lamp) => ({
    ...lamp,
    tools: lamp.tools.map((tool) =>
      tool.name === 'lamp.say' ? { ...tool, inputSchema: { type: 'nonsense' }, schemaHash: 'changed' } : tool,
    ),
  }));
  expect((await world.call('lamp.say', { text: 'x' })).reply).toMatchObject({
    success: false,
    error: { code: 'internal' },
  });
  expect((await world.call('lamp.get', { name: 'a' })).reply.success).toBe(true);
  expect(world.logged).toContainEqual(expect.objectContaining({ message: 'a call failed unexpectedly' }));
});

test('what is not an announcement is ignored', async () => {
  world.bus.publish(subjects.announce('x'), { hello: 'world' });
  await turn();
  expect(await names()).toContain('lamp.get');
});
