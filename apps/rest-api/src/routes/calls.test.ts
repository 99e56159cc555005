import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signIn } from '../browser.fixtures.ts';
import type { Client } from '../client.fixtures.ts';
import { connectLamps, createLamps, serveLamps, type Lamps } from '../lamps.fixtures.ts';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';
import { until } from '../until.fixtures.ts';

let rest: Rest;
let lamps: Lamps;
let stopLamps: () => Promise<void>;
let team: Tenant;
let stranger: Tenant;

beforeAll(async () => {
  rest = await openRest();
  lamps = createLamps();
  stopLamps = await serveLamps(rest, lamps);
  team = await rest.register();
  stranger = await rest.register();
  await connectLamps(team);
  lamps.vendor.lit.set('hall', true);
});
afterAll(async () => {
  await stopLamps();
  await rest.close();
});

const execute = (api: Client, name: string, parameters: unknown) =>
  api.post(`/api/v1/tools/${name}/execute`, { parameters });

/** A read's row follows behind its reply. */
const seen = (api: Client, callId: string) =>
  until(async () => {
    const { status, body } = await api.get(`/api/v1/calls/${callId}`);
    return status === 200 ? body : undefined;
  });

async function turned(name: string, on: boolean): Promise<string> {
  const { body } = await execute(team.api, 'lamp_turn_lamp', { name, on });
  const owner = await signIn(rest, team);
  await owner.post(`/api/v1/approvals/${String(body.approval_id)}/approve`, {}, { 'x-csrf-token': owner.csrf });
  await rest.jobs.done();
  return String(body.call_id);
}

test('a call is read with its state, its answer and what it was', async () => {
  const { body: answer } = await execute(team.api, 'lamp_get_lamp', { name: 'hall' });
  const body = await seen(team.api, answer.call_id);
  expect(body).toMatchObject({
    call_id: answer.call_id,
    success: true,
    status: 'succeeded',
    summary: 'hall is on.',
    call: { id: answer.call_id, tool: 'lamp.get_lamp', effect: 'read', state: 'succeeded', input: { name: 'hall' } },
  });
});

test('wait_seconds answers as soon as the call has ended', async () => {
  const { body } = await execute(team.api, 'lamp_turn_lamp', { name: 'stairs', on: true });
  const waiting = team.api.get(`/api/v1/calls/${String(body.call_id)}?wait_seconds=30`);
  const owner = await signIn(rest, team);
  await owner.post(`/api/v1/approvals/${String(body.approval_id)}/approve`, {}, { 'x-csrf-token': owner.csrf });
  expect((await waiting).body).toMatchObject({
    success: true,
    status: 'succeeded',
    data: { name: 'stairs', on: true },
  });
});

test('wait_seconds that is over answers how it stands', async () => {
  const { body } = await execute(team.api, 'lamp_turn_lamp', { name: 'cellar', on: true });
  const { status, body: still } = await team.api.get(`/api/v1/calls/${String(body.call_id)}?wait_seconds=1`);
  expect([status, still.status, still.approval_id]).toEqual([200, 'approval_pending', body.approval_id]);
  expect((await team.api.get(`/api/v1/calls/${String(body.call_id)}?wait_seconds=61`)).status).toBe(400);
});

test('history is filtered by either spelling of a tool, by state and by time, and goes on by cursor', async () => {
  const ids: string[] = [];
  for (const name of ['a', 'b', 'c']) ids.push((await execute(team.api, 'lamp_get_lamp', { name })).body.call_id);
  for (const id of ids) await seen(team.api, id);
  for (const tool of ['lamp_get_lamp', 'lamp.get_lamp']) {
    const { body } = await team.api.get(`/api/v1/calls?tool=${tool}&state=failed&limit=200`);
    expect(body.data.map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
  }
  const first = await team.api.get('/api/v1/calls?state=failed&limit=2');
  expect([first.body.data.length, first.body.has_more]).toEqual([2, true]);
  const second = await team.api.get(`/api/v1/calls?state=failed&limit=2&cursor=${String(first.body.next_cursor)}`);
  const pages = [...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id);
  expect([pages.length, new Set(pages).size, second.body.next_cursor]).toEqual([3, 3, null]);
  expect((await team.api.get('/api/v1/calls?from=2100-01-01T00:00:00Z')).body.data).toEqual([]);
});

test.each([
  ['no cursor at all', 'xyz'],
  ['a cursor of another list', Buffer.from('["keys",{"id":"x"}]').toString('base64url')],
  ['one with a time that is none', Buffer.from('["calls",{"created_at":"soon","id":"x"}]').toString('base64url')],
])('%s is 400, not a failure of ours', async (_what, cursor) => {
  const { status, body } = await team.api.get(`/api/v1/calls?cursor=${cursor}`);
  expect([status, body.error.details.fields]).toEqual([400, { cursor: expect.any(String) }]);
});

test('another organisation finds no call, cancels none, undoes none', async () => {
  const callId = await turned('attic', true);
  for (const send of [
    () => stranger.api.get(`/api/v1/calls/${callId}`),
    () => stranger.api.get(`/api/v1/calls/${callId}?wait_seconds=1`),
    () => stranger.api.post(`/api/v1/calls/${callId}/cancel`),
    () => stranger.api.post(`/api/v1/calls/${callId}/undo`),
    () => stranger.api.post(`/api/v1/calls/${callId}/verify`),
  ])
    expect((await send()).status).toBe(404);
  expect((await stranger.api.get('/api/v1/calls')).body.data).toEqual([]);
});

test('a call that waits is cancelled and stays so; one that has ended is 409', async () => {
  const { body } = await execute(team.api, 'lamp_turn_lamp', { name: 'barn', on: true });
  const cancel = () => team.api.post(`/api/v1/calls/${String(body.call_id)}/cancel`);
  expect(await cancel()).toMatchObject({ status: 202, body: { call_id: body.call_id, state: 'cancelled' } });
  expect((await cancel()).status).toBe(409);
  const owner = await signIn(rest, team);
  const late = await owner.post(
    `/api/v1/approvals/${String(body.approval_id)}/approve`,
    {},
    { 'x-csrf-token': owner.csrf },
  );
  expect(late.status).toBe(409);
  expect(lamps.vendor.lit.has('barn')).toBe(false);
});

test('an undo is a call of its own that the first approval covers', async () => {
  const callId = await turned('gate', true);
  expect(lamps.vendor.lit.get('gate')).toBe(true);
  expect((await team.api.get(`/api/v1/calls/${callId}`)).body.call.can_undo).toBe(true);
  const undone = await team.api.post(`/api/v1/calls/${callId}/undo`);
  expect(undone).toMatchObject({ status: 200, body: { success: true, data: { name: 'gate', on: false } } });
  expect(lamps.vendor.lit.get('gate')).toBe(false);
  const { body } = await team.api.get(`/api/v1/calls/${String(undone.body.call_id)}`);
  expect(body.call.undo_of).toBe(callId);
  const again = await team.api.post(`/api/v1/calls/${callId}/undo`);
  expect(again.body.call_id).toBe(undone.body.call_id);
});

test('what does not fit into an answer is evidence, by page, pattern and query', async () => {
  const { body } = await execute(team.api, 'lamp_dump_log', { rows: 3_000 });
  const [id] = body.evidence_ids;
  expect([body.page.truncated, body.data.lines.length < 3_000]).toEqual([true, true]);
  const read = (query: string, api = team.api) => api.get(`/api/v1/evidence/${String(id)}${query}`);
  const page = await read('?page=2');
  expect(page.body).toMatchObject({
    id,
    call_id: body.call_id,
    tool: 'lamp.dump_log',
    page: 2,
    pages: expect.any(Number),
  });
  expect((await read('?grep=line%202999')).body).toMatchObject({
    matches: 1,
    text: expect.stringContaining('line 2999'),
  });
  expect((await read('?query=length(lines)')).body.text).toBe('3000');
  expect((await read('?grep=(')).status).toBe(400);
  expect((await read('?page=100000')).status).toBe(400);
  expect((await read('', stranger.api)).status).toBe(404);
  expect((await read('', await rest.key(stranger))).status).toBe(404);
});
