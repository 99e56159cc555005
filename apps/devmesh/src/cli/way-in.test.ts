import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { lockFolder } from '@devmesh/store';
import { emptyFolder, errorAnswer, KEY, run, startFakeServer, type FakeServer } from './cli.fixtures.ts';

const empty = { data: [], next_cursor: null, has_more: false };
const LIST = ['key', 'list', '-o', 'jsonl'];

let servers: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});
async function serve(answer = () => ({ body: empty }) as object): Promise<FakeServer> {
  const server = await startFakeServer({ 'GET /api/v1/api-keys': answer });
  servers.push(server);
  return server;
}

function homeWith(config: string, files: Record<string, string> = {}): string {
  const home = emptyFolder();
  for (const [name, text] of Object.entries({ 'config.json': config, ...files })) {
    const path = join(home, '.config/devmesh', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return home;
}
const profile = (url: string) =>
  JSON.stringify({ profiles: { default: { url, api_key_file: 'key' }, other: { url: 'http://localhost:1' } } });
const bearer = (server: FakeServer) => server.seen[0]?.headers.authorization;

test('without a key nothing is sent, and the exit code is 4', async () => {
  const server = await serve();
  const { code, stderr } = await run(undefined, LIST, { environment: { DEVMESH_URL: server.url } });
  expect({ code, sent: server.seen.length }).toEqual({ code: 4, sent: 0 });
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'unauthenticated', suggestion: expect.stringContaining('--api-key-file') },
  });
});

test('a refused key exits 4 and says where it came from', async () => {
  const server = await serve(() =>
    errorAnswer(401, 'unauthenticated', 'This key is not valid.', { suggestion: 'Send a header.' }),
  );
  expect(await run(server, ['key', 'list'])).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/not valid\. \(key from DEVMESH_API_KEY\)\n {2}Next: .*--api-key-file/),
  });
});

test('profile gives url and key; its key file lies beside it', async () => {
  const server = await serve();
  expect(await run(undefined, LIST, { home: homeWith(profile(server.url), { key: `${KEY}\n` }) })).toMatchObject({
    code: 0,
  });
  expect(bearer(server)).toBe(`Bearer ${KEY}`);
});

test('flag before environment before profile, for url and key', async () => {
  const [byFlag, byEnvironment, byProfile] = [await serve(), await serve(), await serve()];
  const folder = emptyFolder();
  writeFileSync(join(folder, 'flag.key'), 'devmesh_flag');
  const options = {
    folder,
    home: homeWith(profile(byProfile.url), { key: 'devmesh_profile' }),
    environment: { DEVMESH_URL: byEnvironment.url, DEVMESH_API_KEY: 'devmesh_environment' },
  };
  await run(undefined, [...LIST, '--url', byFlag.url, '--api-key-file', 'flag.key'], options);
  await run(undefined, LIST, options);
  expect([byFlag, byEnvironment, byProfile].map(bearer)).toEqual([
    'Bearer devmesh_flag',
    'Bearer devmesh_environment',
    undefined,
  ]);
});

test("a profile's key is not carried to another server", async () => {
  const [own, other] = [await serve(), await serve()];
  const { code } = await run(undefined, [...LIST, '--url', other.url], {
    home: homeWith(profile(own.url), { key: KEY }),
  });
  expect({ code, sent: other.seen.length }).toEqual({ code: 4, sent: 0 });
});

test('the key may come over stdin, or from the file that the first start writes', async () => {
  const server = await serve();
  const folder = emptyFolder();
  writeFileSync(join(folder, 'first-access.json'), JSON.stringify({ api_key: KEY, sign_in_url: 'http://x' }));
  await run(undefined, [...LIST, '--url', server.url, '--api-key-file', '-'], { stdin: `${KEY}\n` });
  await run(undefined, [...LIST, '--url', server.url, '--api-key-file', 'first-access.json'], { folder });
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
});

test('a key on the command line is refused, and not shown again', async () => {
  const { code, stderr } = await run(undefined, ['--api-key', KEY, 'key', 'list']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--api-key-file') });
  expect(stderr).not.toContain(KEY);
});

test.each([
  ['not JSON', '{\n  "profiles": {\n    "default": {,}\n  }\n}', 'line 3'],
  ['cut off', '{\n  "profiles": {\n    "default": {"url": "http://x"}\n', 'line 3'],
  ['a wrong name', '{"profiles": {\n  "default": {\n    "uri": "http://x"\n}}}', 'line 3: profiles.default.uri'],
  ['a wrong url', '{"profiles": {\n  "default": { "url": "nonsense" }}}', 'line 2: profiles.default.url'],
])('a broken profile file exits 78 and names file and line: %s', async (_what, config, place) => {
  const { code, stdout, stderr } = await run(undefined, ['key', 'list'], { home: homeWith(config) });
  expect({ code, stdout, stderr }).toEqual({ code: 78, stdout: '', stderr: expect.stringContaining(place) });
  expect(stderr).toContain('devmesh/config.json');
});

test('a profile that is not there exits 78 with those that are; so does a key file that cannot be read or holds none', async () => {
  const home = homeWith(profile('http://localhost:1'), { key: 'two\nlines' });
  expect(await run(undefined, [...LIST, '--profile', 'prod'], { home })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('default, other'),
  });
  expect(await run(undefined, LIST, { home })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('holds no API key'),
  });
  expect(await run(undefined, LIST, { home: homeWith(profile('http://localhost:1')) })).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('chmod 600'),
  });
});

test('finds the instance that runs here by its lock', async () => {
  const server = await serve();
  const folder = emptyFolder();
  const lock = await lockFolder(join(folder, '.devmesh'), { rest_url: server.url });
  expect(await run(undefined, LIST, { folder, environment: { DEVMESH_API_KEY: KEY } })).toMatchObject({ code: 0 });
  await lock.release();
});

test('where nobody listens it names the address and how to start', async () => {
  const { url, close } = await startFakeServer({});
  await close();
  const { code, stderr } = await run({ url }, ['key', 'list']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `unavailable: Nothing listens at ${url}.\n  Next: Start DevMesh with \`npm start\` (or \`devmesh start\`), or say where it is: --url <url>\n`,
  });
});

test('a server that is silent is given up on, with an id to look for', async () => {
  const server = await startFakeServer({ 'GET /api/v1/api-keys': () => undefined });
  servers.push(server);
  const { code, stderr } = await run(server, [...LIST, '--timeout', '0.05']);
  expect(code).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: 'timeout', message: expect.stringContaining('0.05 s'), request_id: expect.stringMatching(/^req_/) },
  });
});

test.each([
  ['HTML', { status: 200, raw: '<html>' }, 'did not answer as DevMesh does: 200 with text/html'],
  [
    'a redirect',
    { status: 302, raw: '', headers: { location: 'https://elsewhere/' } },
    'a redirect to https://elsewhere/',
  ],
  ['a proxy’s error', { status: 502, raw: '<html>' }, '502 with text/html'],
  ['another shape', { status: 200, body: { data: 'x' } }, 'is not what this CLI knows: data'],
])('%s in place of an answer is told for what it is', async (_what, answer, message) => {
  const server = await serve(() => answer);
  expect(await run(server, ['key', 'list'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
  expect(server.seen).toHaveLength(1);
});

test('an address with a password, or that is none, is refused', async () => {
  expect(await run(undefined, [...LIST, '--url', 'http://a:b@localhost'])).toMatchObject({ code: 2 });
  expect(await run(undefined, [...LIST, '--url', 'localhost:8081'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('http://localhost:8081'),
  });
});

test('the API’s own address is taken for the server', async () => {
  const server = await serve();
  expect(await run({ url: `${server.url}/api/v1/` }, LIST)).toMatchObject({ code: 0 });
});
