import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signIn, type Browser } from '../browser.fixtures.ts';
import { connectLamps, createLamps, serveLamps, type Lamps } from '../lamps.fixtures.ts';
import { openRest, PASSWORD, type Rest, type Tenant } from '../rest.fixtures.ts';
import { until } from '../until.fixtures.ts';

let rest: Rest;
let lamps: Lamps;
let stopLamps: () => Promise<void>;
let team: Tenant;
let owner: Browser;
let stranger: Tenant;
let foreign: Browser;

beforeAll(async () => {
  rest = await openRest();
  lamps = createLamps();
  stopLamps = await serveLamps(rest, lamps);
  team = await rest.register();
  stranger = await rest.register();
  await connectLamps(team);
  owner = await signIn(rest, team);
  foreign = await signIn(rest, stranger);
});
afterAll(async () => {
  await stopLamps();
  await rest.close();
});

/** A call that waits for a person. */
async function waiting(name: string): Promise<{ id: string; callId: string; path: string }> {
  const { body } = await team.api.post('/api/v1/tools/lamp_turn_lamp/execute', {
    parameters: { name, on: true },
    reason: 'it is dark',
  });
  return { id: body.approval_id, callId: body.call_id, path: `/api/v1/approvals/${String(body.approval_id)}` };
}
const token = (browser: Browser) => ({ 'x-csrf-token': browser.csrf });

test('a person in a session approves, and the stored call runs once', async () => {
  const { id, callId, path } = await waiting('approved');
  const { status, body } = await owner.post(`${path}/approve`, { reason: 'fine' }, token(owner));
  expect(status).toBe(200);
  expect(body).toMatchObject({ id, status: 'approved', decided_by: team.email, decision_reason: 'fine' });
  await rest.jobs.done();
  expect((await team.api.get(`/api/v1/calls/${callId}`)).body).toMatchObject({ success: true, status: 'succeeded' });
  expect([lamps.vendor.lit.get('approved'), lamps.vendor.switches]).toEqual([true, 1]);
});

test('an access token is a session too, and needs no token of a form', async () => {
  const { path } = await waiting('by token');
  const { body } = await rest.anonymous.post('/api/v1/auth/login', { email: team.email, password: PASSWORD });
  expect((await rest.as(body.access_token).post(`${path}/approve`)).status).toBe(200);
  await rest.jobs.done();
});

test('a key decides nothing, whatever it holds, reads nothing, and is told who can', async () => {
  const { path, callId } = await waiting('by key');
  for (const send of [
    () => team.api.get('/api/v1/approvals?status=pending'),
    () => team.api.get(path),
    () => team.api.post(`${path}/approve`),
    () => team.api.post(`${path}/refuse`),
  ]) {
    const { status, body } = await send();
    expect([status, body.error.details]).toEqual([403, { reason: 'person_required' }]);
    expect(body.error.suggestion).toContain('http://devmesh.test/login');
    expect(body.error.suggestion).toContain('POST /api/v1/auth/login');
  }
  expect((await team.api.get(`/api/v1/calls/${callId}`)).body.status).toBe('approval_pending');
});

test('without the token of the session nothing is decided', async () => {
  const { path, callId } = await waiting('forged');
  const forged: Record<string, string>[] = [{}, { 'x-csrf-token': 'guessed' }, token(foreign)];
  forged.push({ ...token(owner), 'sec-fetch-site': 'cross-site' });
  for (const headers of forged) {
    const { status, body } = await owner.post(`${path}/approve`, {}, headers);
    expect([status, body.error.details]).toEqual([403, { reason: 'csrf' }]);
  }
  expect((await team.api.get(`/api/v1/calls/${callId}`)).body.status).toBe('approval_pending');
});

test('of two that decide at one time one does, the other is told who did', async () => {
  const { path } = await waiting('raced');
  const second = await signIn(rest, team);
  const before = lamps.vendor.switches;
  const answers = await Promise.all([
    owner.post(`${path}/approve`, {}, token(owner)),
    second.post(`${path}/approve`, {}, token(second)),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const third = await owner.post(`${path}/refuse`, {}, token(owner));
  expect([third.status, third.body.error.message]).toEqual([409, expect.stringContaining(team.email)]);
  await rest.jobs.done();
  expect(lamps.vendor.switches - before).toBe(1);
});

test('a refused call is never run', async () => {
  const { path, callId } = await waiting('refused');
  const { body } = await owner.post(`${path}/refuse`, { reason: 'too bright' }, token(owner));
  expect(body).toMatchObject({ status: 'refused', decision_reason: 'too bright' });
  await rest.jobs.done();
  const { body: call } = await team.api.get(`/api/v1/calls/${callId}`);
  expect(call).toMatchObject({ success: false, status: 'refused', error: { code: 'forbidden' } });
  expect(lamps.vendor.lit.has('refused')).toBe(false);
});

test('another organisation neither sees nor decides', async () => {
  const { id, path } = await waiting('not yours');
  expect((await foreign.get(path)).status).toBe(404);
  expect((await foreign.post(`${path}/approve`, {}, token(foreign))).status).toBe(404);
  expect((await foreign.get('/api/v1/approvals')).text).not.toContain(id);
});

test('the list is filtered, and each says what would be done, on what and for whom', async () => {
  const { id, path } = await waiting('listed');
  const { body: list } = await owner.get('/api/v1/approvals?status=pending');
  expect(list.data[0]).toMatchObject({ id, tool: 'lamp.turn_lamp', status: 'pending', request_reason: 'it is dark' });
  expect(list.data.every(({ status }: { status: string }) => status === 'pending')).toBe(true);
  const { body } = await owner.get(path);
  expect(body).toMatchObject({
    id,
    input: { name: 'listed', on: true },
    connection: 'main',
    diff: 'listed: false -> true <b>',
    blast: { lamps: 1 },
    reversible: true,
    resource: { kind: 'Lamp', name: 'listed' },
    reasons: [{ rule: 'tool-needs-approval' }],
    call_state: 'awaiting_approval',
  });
});

test('a key that was revoked while its call waited runs nothing', async () => {
  const agent = await rest.key(team, { scopes: ['read', 'write'], toolset: 'all' });
  const { body } = await agent.post('/api/v1/tools/lamp_turn_lamp/execute', { parameters: { name: 'late', on: true } });
  await team.api.delete(`/api/v1/api-keys/${agent.id}`);
  await owner.post(`/api/v1/approvals/${String(body.approval_id)}/approve`, {}, token(owner));
  await rest.jobs.done();
  const { body: call } = await team.api.get(`/api/v1/calls/${String(body.call_id)}`);
  expect(call).toMatchObject({ success: false, status: 'failed', error: { code: 'forbidden' } });
  expect(lamps.vendor.lit.has('late')).toBe(false);
});

// Last: the time goes on for all that still wait.
test('after its time an approval is 409 and the call expires', async () => {
  const { path, callId } = await waiting('expired');
  rest.pass(61 * 60_000);
  // For a moment the hour looks like one in which the database did not answer.
  const late = await until(async () => {
    const answer = await owner.post(`${path}/approve`, {}, token(owner));
    return answer.status === 503 ? undefined : answer;
  });
  expect([late.status, late.body.error.message]).toEqual([409, 'This approval has expired.']);
  await rest.road.approvals.expire();
  expect((await team.api.get(`/api/v1/calls/${callId}`)).body).toMatchObject({ success: false, status: 'expired' });
});
