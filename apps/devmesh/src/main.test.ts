import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { emptyFolder, KEY, startFakeServer, type FakeServer, type Routes } from './cli/cli.fixtures.ts';

const LAUNCHER = join(import.meta.dirname, '../bin/devmesh.js');

let server: FakeServer | undefined;
afterEach(() => server?.close());

/** The real process, without a terminal. */
function start(args: string[], environment: Record<string, string> = {}): ChildProcess {
  const { PATH = '' } = process.env;
  return spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: emptyFolder(),
    env: { PATH, HOME: emptyFolder(), ...environment },
    stdio: 'pipe',
  });
}

async function finished(child: ChildProcess) {
  if (!child.stdout || !child.stderr) throw new Error('no pipes');
  const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, stdout, stderr };
}

async function serve(routes: Routes): Promise<Record<string, string>> {
  server = await startFakeServer(routes);
  return { DEVMESH_URL: server.url, DEVMESH_API_KEY: KEY };
}

test('without a terminal there is no colour, no prompt, and the answer alone on stdout', async () => {
  const environment = await serve({
    'GET /api/v1/api-keys': () => ({ body: { data: [], next_cursor: null, has_more: false } }),
  });
  expect(await finished(start(['key', 'list', '-o', 'json'], environment))).toEqual({
    code: 0,
    stdout: '{\n  "data": [],\n  "next_cursor": null,\n  "has_more": false\n}\n',
    stderr: '',
  });
});

test('the exit code gets out through the launcher', async () => {
  expect(await finished(start(['stauts']))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('devmesh status'),
  });
  expect(await finished(start(['key', 'list'], { DEVMESH_URL: 'http://127.0.0.1:9' }))).toMatchObject({ code: 4 });
});

test('DEVMESH_API_KEY_FILE that cannot be read exits 78', async () => {
  expect(await finished(start(['key', 'list'], { DEVMESH_API_KEY_FILE: '/nowhere/key' }))).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('DEVMESH_API_KEY_FILE: cannot read /nowhere/key (ENOENT)'),
  });
});

test('a reader that goes away ends it quietly', async () => {
  const item = { id: 'x'.repeat(1000) };
  const contexts = {
    user_id: null,
    name: null,
    metadata: {},
    version: 1,
    message_count: 0,
    size_bytes: 0,
    created_at: '',
    updated_at: '',
    expires_at: null,
  };
  const page = {
    data: Array.from({ length: 2000 }, () => ({ ...contexts, ...item })),
    next_cursor: null,
    has_more: false,
  };
  const child = start(
    ['context', 'list', '-o', 'jsonl'],
    await serve({ 'GET /api/v1/contexts': () => ({ body: page }) }),
  );
  child.stdout?.once('data', () => child.stdout?.destroy());
  const [[code], stderr] = await Promise.all([once(child, 'exit'), child.stderr ? text(child.stderr) : '']);
  expect({ code: code as number, stderr }).toEqual({ code: 0, stderr: '' });
});

test('Ctrl-C ends a request that is under way with 130', async () => {
  const asked = Promise.withResolvers<undefined>();
  const environment = await serve({
    'GET /api/v1/api-keys': () => {
      asked.resolve(undefined);
      return undefined;
    },
  });
  const child = start(['key', 'list'], environment);
  void asked.promise.then(() => child.kill('SIGINT'));
  expect(await finished(child)).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringContaining('Interrupted'),
  });
});

test('Ctrl-C ends the waiting for stdin, too', async () => {
  const child = start(['tool', 'call', 'x', '--json', '-'], {
    DEVMESH_URL: 'http://127.0.0.1:9',
    DEVMESH_API_KEY: KEY,
  });
  // It reads from stdin as soon as it takes what is written there.
  child.stdin?.write(' '.repeat(200_000), () => child.kill('SIGINT'));
  expect(await finished(child)).toMatchObject({ code: 130 });
});
