import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signIn, type Browser } from '../browser.fixtures.ts';
import { connectLamps, createLamps, serveLamps, type Lamps } from '../lamps.fixtures.ts';
import { openRest, type Rest, type Tenant } from '../rest.fixtures.ts';

let rest: Rest;
let lamps: Lamps;
let stopLamps: () => Promise<void>;
let team: Tenant;
let owner: Browser;

beforeAll(async () => {
  rest = await openRest();
  lamps = createLamps();
  stopLamps = await serveLamps(rest, lamps);
  team = await rest.register();
  await connectLamps(team);
  owner = await signIn(rest, team);
});
afterAll(async () => {
  await stopLamps();
  await rest.close();
});

async function waiting(name: string): Promise<string> {
  const parameters = { name, on: true };
  const { body } = await team.api.post('/api/v1/tools/lamp_turn_lamp/execute', { parameters, reason: '<i>dark</i>' });
  return `/approvals/${String(body.approval_id)}`;
}
const decide = (path: string, verdict: string, csrf_token = owner.csrf) => owner.form(path, { verdict, csrf_token });

test('the page says what would be done, on what, who asks and why, and lets nobody write into it', async () => {
  const path = await waiting('"><script>alert(1)</script>');
  const { status, text } = await owner.get(path);
  expect(status).toBe(200);
  for (const said of [
    'lamp.turn_lamp',
    'Asked by',
    '&lt;i&gt;dark&lt;/i&gt;',
    '1 lamps',
    'Can be undone',
    'name="verdict"',
  ])
    expect(text).toContain(said);
  expect(text).not.toMatch(/<script|<i>|<b>/);
});

test('approving leads back to the page, which says that it was done; a reload decides nothing twice', async () => {
  const path = await waiting('page');
  const before = lamps.vendor.switches;
  const decided = await decide(path, 'approved');
  expect([decided.status, decided.headers.get('location')]).toEqual([303, path]);
  await rest.jobs.done();
  const { text } = await owner.get(path);
  expect(text).toContain(`Approved by ${team.email}. Done: page is on.`);
  expect(text).not.toContain('name="verdict"');
  const again = await decide(path, 'refused');
  expect([again.status, again.text]).toEqual([409, expect.stringContaining(`approved by ${team.email} already`)]);
  await rest.jobs.done();
  expect(lamps.vendor.switches - before).toBe(1);
});

test('without the token of the form nothing is decided, and the page still asks', async () => {
  const path = await waiting('forged');
  for (const csrf of ['', 'guessed']) expect((await decide(path, 'approved', csrf)).status).toBe(403);
  expect((await owner.get(path)).text).toContain('name="verdict"');
});

test('a key has no page', async () => {
  const path = await waiting('by key');
  const answers = [
    await team.api.get(path, { accept: 'text/html' }),
    await team.api.form(path, { verdict: 'approved' }, { accept: 'text/html' }),
  ];
  for (const { status, text } of answers) {
    expect(status).toBe(403);
    expect(text).toContain('A person must do this');
  }
});

test('of another organisation not even the page is there', async () => {
  const path = await waiting('foreign');
  const foreign = await signIn(rest, await rest.register());
  expect((await foreign.get(path)).status).toBe(404);
  expect((await foreign.form(path, { verdict: 'approved', csrf_token: foreign.csrf })).status).toBe(404);
  expect((await foreign.get('/approvals')).text).toContain('Nothing waits.');
});

test('the list shows what waits, and what was decided', async () => {
  const [first, second] = [await waiting('one'), await waiting('two')];
  await decide(first, 'refused');
  const { text } = await owner.get('/approvals');
  expect(text).toMatch(/Approvals \(\d+ waiting\)/);
  expect(text.indexOf(second)).toBeLessThan(text.indexOf('<h2>Decided</h2>'));
  expect(text.indexOf(first)).toBeGreaterThan(text.indexOf('<h2>Decided</h2>'));
});
