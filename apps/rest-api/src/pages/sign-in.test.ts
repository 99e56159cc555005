import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { cookieIn, csrfIn, signIn } from '../browser.fixtures.ts';
import { createClient } from '../client.fixtures.ts';
import { openRest, PASSWORD, type Rest, type Tenant } from '../rest.fixtures.ts';

let rest: Rest;
let team: Tenant;

beforeAll(async () => {
  rest = await openRest();
  team = await rest.register();
});
afterAll(() => rest.close());

const send = (next: string) => rest.anonymous.form('/login', { email: team.email, password: PASSWORD, next });

test('signing in sets a cookie that no script reads and leads to where one wanted to go', async () => {
  const asked = await rest.anonymous.get('/approvals/apr_1?x=1');
  expect([asked.status, asked.headers.get('location')]).toEqual([303, '/login?next=%2Fapprovals%2Fapr_1%3Fx%3D1']);
  const page = await rest.anonymous.get(asked.headers.get('location') ?? '');
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('value="/approvals/apr_1?x=1"')]);
  const { status, headers } = await send('/approvals/apr_1?x=1');
  expect([status, headers.get('location')]).toEqual([303, '/approvals/apr_1?x=1']);
  expect(headers.getSetCookie()[0]).toMatch(/^devmesh_session=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
});

test('where people come over https the cookie is for https only', async () => {
  const secure = await openRest({ PUBLIC_URL: 'https://devmesh.test/' });
  const owner = await secure.register();
  const { headers } = await secure.anonymous.form('/login', { email: owner.email, password: PASSWORD });
  expect(headers.getSetCookie()[0]).toMatch(/; Secure$/);
  await secure.close();
});

test.each([
  'https://evil.test/',
  '//evil.test',
  '/\\evil.test',
  '\\\\evil.test',
  '/approvals\n//evil.test',
  'javascript:alert(1)',
  '/"><script>',
  'x'.repeat(5_000),
])('after signing in nobody is sent elsewhere by next=%j', async (next) => {
  const { status, headers } = await send(next);
  expect([status, headers.get('location')]).toEqual([303, '/approvals']);
  const page = await rest.anonymous.get(`/login?next=${encodeURIComponent(next)}`);
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('name="next" value="/approvals"')]);
});

test('a wrong password shows the page again, says so, and keeps the e-mail, escaped', async () => {
  const { status, text, headers } = await rest.anonymous.form('/login', { email: 'a"><b>@x.test', password: 'wrong' });
  expect([status, headers.getSetCookie()]).toEqual([401, []]);
  expect(text).toContain('role="status"');
  expect(text).toContain('value="a&quot;&gt;&lt;b&gt;@x.test"');
});

test('another site’s form signs nobody in', async () => {
  const fields = { email: team.email, password: PASSWORD };
  for (const site of ['cross-site', 'same-site']) {
    const { status, headers } = await rest.anonymous.form('/login', fields, { 'sec-fetch-site': site });
    expect([status, headers.getSetCookie()]).toEqual([403, []]);
  }
});

test('no page has a script, and its policy lets none in', async () => {
  const owner = await signIn(rest, team);
  const pages = [
    await rest.anonymous.get('/login'),
    await rest.anonymous.get('/sign-in/none'),
    await owner.get('/approvals'),
    await owner.get('/approvals/none', { accept: 'text/html' }),
  ];
  for (const { text, headers } of pages) {
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).not.toMatch(/<script|javascript:|\son\w+\s*=/i);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
  }
  expect(pages.map(({ status }) => status)).toEqual([200, 410, 200, 404]);
});

test('signing out ends the session on the server, and needs its token', async () => {
  const owner = await signIn(rest, team);
  expect((await owner.form('/logout', {})).status).toBe(403);
  const out = await owner.form('/logout', { csrf_token: owner.csrf });
  expect([out.status, out.headers.get('location')]).toEqual([303, '/login']);
  expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
  expect((await owner.get('/approvals')).status).toBe(303);
});

test('a sign-in link sets a password once; a password that breaks the rule does not use it up', async () => {
  const owner = await rest.road.identity.ownerOf(team.organizationId);
  const { token } = await rest.road.identity.createSignInLink(team.organizationId, owner.id);
  const path = `/sign-in/${token}`;
  const page = await rest.anonymous.get(path);
  expect([page.status, page.text]).toEqual([200, expect.stringContaining(team.email)]);
  const weak = await rest.anonymous.form(path, { password: 'short' });
  expect([weak.status, weak.headers.getSetCookie()]).toEqual([400, []]);
  const used = await rest.anonymous.form(path, { password: 'Another-horse-8' });
  expect([used.status, used.headers.get('location')]).toEqual([303, '/approvals']);
  const session = createClient(rest.url, { cookie: cookieIn(used.headers) ?? '' });
  expect(csrfIn((await session.get('/approvals')).text)).toEqual(expect.any(String));
  for (const again of [await rest.anonymous.get(path), await rest.anonymous.form(path, { password: 'Third-horse-9' })])
    expect([again.status, again.headers.getSetCookie()]).toEqual([410, []]);
  const login = (password: string) => rest.anonymous.post('/api/v1/auth/login', { email: team.email, password });
  expect((await login('Another-horse-8')).status).toBe(200);
});

test('a link of yesterday is spent', async () => {
  const other = await rest.register();
  const owner = await rest.road.identity.ownerOf(other.organizationId);
  const { token } = await rest.road.identity.createSignInLink(other.organizationId, owner.id);
  rest.pass(16 * 60_000);
  expect((await rest.anonymous.get(`/sign-in/${token}`)).status).toBe(410);
});
