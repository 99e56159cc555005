import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sealAudit } from '@devmesh/audit';
import { sql } from '@devmesh/store';
import { connectLamps, createLamps, serveLamps } from '../lamps.fixtures.ts';
import { openRest, PASSWORD, type Rest, type Tenant } from '../rest.fixtures.ts';
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

/** Lines of reads and refusals follow behind the reply. */
const lines = (query: string, atLeast = 1) =>
  until(async () => {
    const { body } = await team.api.get(`/api/v1/audit?${query}`);
    return body.data.length >= atLeast ? body : undefined;
  });

/** What somebody could do who owns the table. */
async function tamper(statement: ReturnType<typeof sql>): Promise<void> {
  await sql`alter table audit_events disable trigger user`.execute(rest.store.db);
  await statement.execute(rest.store.db);
  await sql`alter table audit_events enable trigger user`.execute(rest.store.db);
}

test('every outcome leaves a line that says who, what, and under which request', async () => {
  const execute = (name: string, parameters: object, id: string) =>
    team.api.post(`/api/v1/tools/${name}/execute`, { parameters }, { 'x-request-id': id });
  const { body: read } = await execute('lamp_list_lamps', {}, 'req-read');
  const { body: asked } = await execute('lamp_turn_lamp', { name: 'hall', on: true }, 'req-write');
  const ofRead = await lines(`call_id=${String(read.call_id)}`);
  expect(ofRead.data).toEqual([
    expect.objectContaining({
      action: 'call.finished',
      outcome: 'ok',
      target: 'lamp.list_lamps',
      call_id: read.call_id,
      request_id: 'req-read',
      actor: expect.objectContaining({ kind: 'key', id: expect.stringMatching(/^key:/) }),
    }),
  ]);
  expect((await lines(`call_id=${String(asked.call_id)}`)).data).toMatchObject([
    { action: 'call.requested', outcome: 'pending' },
  ]);
});

test('a tool that was hidden is a denial with the name of its rule, for people only', async () => {
  const reader = await rest.key(team, { scopes: ['read'], toolset: 'all' });
  await reader.post('/api/v1/tools/lamp_turn_lamp/execute', { parameters: { name: 'hall', on: true } });
  const { data } = await lines('action=call.denied');
  expect(data[0]).toMatchObject({ outcome: 'denied', target: 'lamp.turn_lamp', rule: 'scope-write' });
});

test('a wrong password and a revoked key leave their lines', async () => {
  await rest.anonymous.post('/api/v1/auth/login', { email: team.email, password: 'Wrong-horse-7' });
  const agent = await rest.key(team);
  await team.api.delete(`/api/v1/api-keys/${agent.id}`);
  await agent.get('/api/v1/auth/me');
  const seen = await lines('outcome=denied', 1).then(() => lines('action=auth.failed'));
  expect(seen.data.length).toBeGreaterThan(0);
  expect((await lines('action=key.revoked')).data[0]).toMatchObject({ target: agent.id, outcome: 'ok' });
});

test('the search is filtered by time and goes on by cursor, newest first', async () => {
  const first = await lines('limit=2', 2);
  expect([first.data.length, first.has_more]).toEqual([2, true]);
  const second = await lines(`limit=2&cursor=${String(first.next_cursor)}`, 2);
  const ids = [...first.data, ...second.data].map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(4);
  expect((await team.api.get('/api/v1/audit?from=2100-01-01T00:00:00Z')).body.data).toEqual([]);
  expect((await team.api.get('/api/v1/audit?from=yesterday')).status).toBe(400);
  expect((await team.api.get('/api/v1/audit?cursor=nonsense')).status).toBe(400);
});

test('the chain is verified over REST, and says where it was changed', async () => {
  await sealAudit(rest.store.db);
  const whole = await team.api.get('/api/v1/audit/verify');
  expect(whole).toMatchObject({ status: 200, body: { ok: true } });
  expect(whole.body.sealed).toBeGreaterThan(3);
  await tamper(
    sql`update audit_events set outcome = 'denied' where organization_id = ${team.organizationId} and seq = 2`,
  );
  const { body } = await team.api.get('/api/v1/audit/verify');
  await tamper(sql`update audit_events set outcome = 'ok' where organization_id = ${team.organizationId} and seq = 2`);
  expect(body).toMatchObject({ ok: false, first_fault: { kind: 'changed', seq: 2 } });
});

test('the export is every line of the organisation, as JSON lines, and of nobody else', async () => {
  await sealAudit(rest.store.db);
  const exported = await team.api.get('/api/v1/audit/export');
  expect([exported.status, exported.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  const all = exported.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { body } = await team.api.get('/api/v1/audit/verify');
  expect(all).toHaveLength(body.lines);
  expect(exported.text).not.toContain(stranger.organizationId);
  expect(exported.text).not.toContain(team.apiKey);
  const head = await team.api.request('HEAD', '/api/v1/audit/export');
  expect([head.status, head.text]).toEqual([200, '']);
});

test('it is for auditors, admins and the owner: in a session, or with a key that holds admin', async () => {
  const agent = await rest.key(team, { scopes: ['read', 'write'] });
  for (const path of ['', '/verify', '/export']) {
    const { status, body } = await agent.get(`/api/v1/audit${path}`);
    expect([status, body.error.code]).toEqual([403, 'forbidden']);
  }
  const { body } = await rest.anonymous.post('/api/v1/auth/login', { email: team.email, password: PASSWORD });
  expect((await rest.as(body.access_token).get('/api/v1/audit')).status).toBe(200);
});
