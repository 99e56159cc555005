import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Client } from '../client.fixtures.ts';
import { connectLamps, createLamps, serveLamps, type Lamps } from '../lamps.fixtures.ts';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';

let rest: Rest;
let lamps: Lamps;
let stopLamps: () => Promise<void>;
let team: Tenant;
let unconnected: Tenant;

beforeAll(async () => {
  rest = await openRest();
  lamps = createLamps();
  stopLamps = await serveLamps(rest, lamps);
  team = await rest.register();
  unconnected = await rest.register();
  await connectLamps(team);
  lamps.vendor.lit.set('hall', true);
});
afterAll(() => rest.close());

const execute = (api: Client, name: string, parameters: unknown, more: object = {}, headers = {}) =>
  api.post(`/api/v1/tools/${name}/execute`, { parameters, ...more }, headers);

test('a tool is listed with both spellings of its name and of its schema', async () => {
  const { status, body } = await team.api.get('/api/v1/tools');
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(['tools']);
  const tool = body.tools.find(({ name }: { name: string }) => name === 'lamp_get_lamp');
  expect(tool).toEqual({
    name: 'lamp_get_lamp',
    qualified_name: 'lamp.get_lamp',
    title: 'Read a lamp',
    description: 'Read one lamp.',
    input_schema: expect.objectContaining({ type: 'object', required: ['name'] }),
    inputSchema: tool.input_schema,
    examples: [{ input: { name: 'hall' } }],
    effect: 'read',
    system: 'lamp',
    requires_approval: false,
  });
  const turn = body.tools.find(({ name }: { name: string }) => name === 'lamp_turn_lamp');
  expect(turn).toMatchObject({ effect: 'write', requires_approval: true });
});

test('the list comes bare, or as a model API takes it', async () => {
  const names = (await team.api.get('/api/v1/tools')).body.tools.map(({ name }: { name: string }) => name);
  const bare = (await team.api.get('/api/v1/tools?format=list')).body;
  expect(bare.map(({ name }: { name: string }) => name)).toEqual(names);
  const { tools: openai } = (await team.api.get('/api/v1/tools?format=openai')).body;
  expect(openai[0]).toEqual({
    type: 'function',
    function: {
      name: names[0],
      description: expect.any(String),
      parameters: expect.objectContaining({ type: 'object' }),
    },
  });
  const { tools: anthropic } = (await team.api.get('/api/v1/tools?format=anthropic')).body;
  expect(Object.keys(anthropic[0])).toEqual(['name', 'description', 'input_schema']);
  expect((await team.api.get('/api/v1/tools?format=xml')).status).toBe(400);
});

test('a system without a connection is listed only with all, and its tools say how to add one', async () => {
  const systems = async (query: string) =>
    (await unconnected.api.get(`/api/v1/tools${query}`)).body.tools.map(({ system }: { system: string }) => system);
  expect(await systems('')).not.toContain('lamp');
  expect(await systems('?all=true')).toContain('lamp');
  const { status, body } = await execute(unconnected.api, 'lamp_get_lamp', { name: 'hall' });
  expect([status, body.success, body.data]).toEqual([200, false, {}]);
  expect(body.error).toMatchObject({
    code: 'unavailable',
    suggestion: expect.stringContaining('POST /api/v1/connections'),
  });
});

test('a toolset narrows, and one that does not exist is 404', async () => {
  const { body } = await team.api.get('/api/v1/tools?toolset=lamp');
  expect(new Set(body.tools.map(({ system }: { system: string }) => system))).toEqual(new Set(['lamp']));
  expect((await team.api.get('/api/v1/tools?toolset=nonsense')).status).toBe(404);
});

test.each(['lamp_get_lamp', 'lamp.get_lamp'])('%s runs and answers its own output as data', async (name) => {
  const { status, body, headers } = await execute(team.api, name, { name: 'hall' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: true,
    status: 'succeeded',
    data: { name: 'hall', on: true },
    summary: 'hall is on.',
    scope: { connection: 'main' },
    call_id: expect.stringMatching(/^call_/),
    duration_ms: expect.any(Number),
  });
  expect(headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);
});

test('a tool that failed is a 200 that says so, with an empty object as data', async () => {
  const { status, body } = await execute(team.api, 'lamp_get_lamp', { name: 'nowhere' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    success: false,
    data: {},
    error: { code: 'not_found', message: 'There is no lamp nowhere.', suggestion: 'List them.', retryable: false },
  });
});

test('bad arguments are a 200 with invalid_input that names them and the nearest name', async () => {
  const { status, body } = await execute(team.api, 'lamp_get_lamp', { nam: 'hall' });
  expect([status, body.success, body.error.code]).toEqual([200, false, 'invalid_input']);
  expect(body.error.details.fields).toEqual({ nam: 'is not an argument', name: 'is missing' });
  expect(body.error.suggestion).toContain('name');
});

test('a tool that is not there is 404 with the nearest name', async () => {
  const { status, body } = await execute(team.api, 'lamp_get_lmp', {});
  expect([status, body.error.code, body.error.details.nearest]).toEqual([404, 'not_found', ['lamp_get_lamp']]);
});

test('a tool that a key may not see is not there: neither in the list nor as the nearest name', async () => {
  const reader = await rest.key(team, { scopes: ['read'], toolset: 'lamp' });
  const { text } = await reader.get('/api/v1/tools?all=true');
  expect(text).toContain('lamp_get_lamp');
  expect(text).not.toContain('lamp_turn_lamp');
  const denied = await execute(reader, 'lamp_turn_lamp', { name: 'hall', on: false });
  const unknown = await execute(reader, 'lamp_turn_lmp', { name: 'hall', on: false });
  expect([denied.status, unknown.status]).toEqual([404, 404]);
  expect(denied.text).not.toMatch(/scope|write|forbidden/);
  expect(unknown.body.error.details.nearest).not.toContain('lamp_turn_lamp');
});

test('what waits for a person is 202 with where it can be followed, and nothing is done', async () => {
  const { status, body, headers } = await execute(team.api, 'lamp_turn_lamp', { name: 'hall', on: false });
  expect(status).toBe(202);
  expect(body).toMatchObject({
    success: false,
    status: 'approval_pending',
    data: {},
    approval_id: expect.any(String),
    approval_url: `http://devmesh.test/approvals/${String(body.approval_id)}`,
  });
  expect(headers.get('location')).toBe(`/api/v1/calls/${String(body.call_id)}`);
  expect([lamps.vendor.switches, lamps.vendor.lit.get('hall')]).toEqual([0, true]);
});

test('one idempotency key is one call: the stored answer, and 422 for other input', async () => {
  const turn = (on: boolean) =>
    execute(team.api, 'lamp_turn_lamp', { name: 'porch', on }, {}, { 'idempotency-key': 'porch-once' });
  const [first, second] = [await turn(true), await turn(true)];
  expect([first.status, second.status, second.body.call_id]).toEqual([202, 202, first.body.call_id]);
  expect(await turn(false)).toMatchObject({ status: 422, body: { error: { code: 'conflict' } } });
});

test('an unknown connection is said with the nearest name', async () => {
  const { status, body } = await execute(team.api, 'lamp_get_lamp', { name: 'hall' }, { connection: 'mainn' });
  expect([status, body.error.code, body.error.suggestion]).toEqual([200, 'not_found', expect.stringContaining('main')]);
});

test('a body that is none is the door’s error, not the tool’s', async () => {
  const malformed = await team.api.post('/api/v1/tools/lamp_get_lamp/execute', '{"parameters":');
  expect([malformed.status, malformed.body.error.code]).toEqual([400, 'invalid_input']);
  const unknown = await team.api.post('/api/v1/tools/lamp_get_lamp/execute', { parameter: { name: 'hall' } });
  expect([unknown.status, unknown.body.error.suggestion]).toEqual([400, expect.stringContaining('parameters')]);
  expect((await execute(rest.anonymous, 'lamp_get_lamp', { name: 'hall' })).status).toBe(401);
});

test('a silent adapter’s tools stay listed and answer unavailable', async () => {
  await stopLamps();
  expect((await team.api.get('/api/v1/tools')).text).toContain('lamp_get_lamp');
  const away = await execute(team.api, 'lamp_get_lamp', { name: 'hall' });
  expect([away.status, away.body.error]).toMatchObject([200, { code: 'unavailable', retryable: true }]);
});
