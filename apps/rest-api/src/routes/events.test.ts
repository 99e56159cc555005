import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectLamps, createLamps, serveLamps } from '../lamps.fixtures.ts';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';
import { follow, type Following } from '../sse.fixtures.ts';
import { until } from '../until.fixtures.ts';

let rest: Rest;
let team: Tenant;
let stranger: Tenant;
let stopLamps: () => Promise<void>;

beforeAll(async () => {
  rest = await openRest();
  stopLamps = await serveLamps(rest, createLamps());
  team = await rest.register();
  stranger = await rest.register();
  await connectLamps(team);
});
afterAll(async () => {
  await stopLamps();
  await rest.close();
});

const make = async (tenant: Tenant) => String((await tenant.api.post('/api/v1/contexts', {})).body.id);
const heard = (stream: Following, contextId: string) =>
  until(() => stream.events.find(({ data }) => data.context_id === contextId));
const turn = async () =>
  (await team.api.post('/api/v1/tools/lamp_turn_lamp/execute', { parameters: { name: 'hall', on: true } })).body;

test('an event comes as it happens, with an id, a type and when', async () => {
  const stream = await follow(rest.url, team.apiKey);
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const contextId = await make(team);
  expect(await heard(stream, contextId)).toEqual({
    id: expect.stringMatching(/^evt_/),
    event: 'context.changed',
    data: { type: 'context.changed', context_id: contextId, change: 'created', at: expect.any(String) },
  });
  const { call_id, approval_id } = await turn();
  const approval = await until(() => stream.events.find(({ event }) => event === 'approval.changed'));
  expect(approval.data).toMatchObject({ approval_id, call_id, status: 'pending' });
  stream.close();
});

test('Last-Event-ID takes up where the stream broke, without a gap and without a repeat', async () => {
  const stream = await follow(rest.url, team.apiKey);
  const first = await heard(stream, await make(team));
  stream.close();
  const missed = [await make(team), await make(team)];
  const again = await follow(rest.url, team.apiKey, first.id);
  const live = await make(team);
  await heard(again, live);
  expect(again.events.map(({ data }) => data.context_id)).toEqual([...missed, live]);
  again.close();
});

test('who comes back with an id that is not known any more is told to look at everything', async () => {
  const stream = await follow(rest.url, team.apiKey, 'evt_of-long-ago');
  expect((await until(() => stream.events[0])).event).toBe('events.missed');
  stream.close();
});

test('nobody hears of another organisation, live or by taking up its event', async () => {
  const own = await follow(rest.url, team.apiKey);
  const other = await follow(rest.url, stranger.apiKey);
  const ofTeam = await heard(own, await make(team));
  await heard(other, await make(stranger));
  const resumed = await follow(rest.url, stranger.apiKey, ofTeam.id);
  await heard(resumed, await make(stranger));
  for (const stream of [other, resumed]) expect(JSON.stringify(stream.events)).not.toContain(ofTeam.data.context_id);
  for (const stream of [own, other, resumed]) stream.close();
});

test('who is bound to one user’s contexts, or may not write, hears less', async () => {
  const bound = await rest.key(team, { context_user_id: 'bob' });
  const stream = await follow(rest.url, bound.apiKey);
  const contextId = await make(team);
  const { call_id } = await turn();
  await until(() => stream.events.find(({ data }) => data.call_id === call_id));
  expect(JSON.stringify(stream.events)).not.toContain(contextId);
  expect(stream.events.map(({ event }) => event)).not.toContain('approval.changed');
  stream.close();
});

test('a system that announces something new is an event', async () => {
  const stream = await follow(rest.url, team.apiKey);
  const announced = structuredClone(rest.road.systems.get('lamp'));
  rest.bus.publish('v1.catalog.announce.lamp', { ...announced, title: 'Brighter lamps', appVersion: '0.0.2' });
  const event = await until(() => stream.events.find(({ event: type }) => type === 'catalog.changed'));
  expect(event.data).toMatchObject({ type: 'catalog.changed', system: 'lamp' });
  stream.close();
});

test('the stream of a revoked key ends', async () => {
  const agent = await rest.key(team);
  const stream = await follow(rest.url, agent.apiKey);
  await team.api.delete(`/api/v1/api-keys/${agent.id}`);
  await stream.ended;
  expect((await follow(rest.url, agent.apiKey)).status).toBe(401);
});

test('without the scope read there is no stream', async () => {
  const agent = await rest.key(team, { scopes: ['lamp:read'] });
  expect((await follow(rest.url, agent.apiKey)).status).toBe(403);
});
