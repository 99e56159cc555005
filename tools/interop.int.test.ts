import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

// Clients that no one here wrote, each a process of its own with its own libraries, against one platform. tools/interop/
// says which they are and what each of them does.

const root = join(import.meta.dirname, '..');
const interop = join(import.meta.dirname, 'interop');
const LAUNCHER = join(root, 'apps/devmesh/bin/devmesh.js');
const STDIO = ['--', process.execPath, LAUNCHER, 'mcp', '--stdio'];

const LIBRARIES = [
  { client: 'SDK 1.10', words: ['sdk-1.js', 'sdk-1.10'] },
  { client: 'SDK 1.32', words: ['sdk-1.js', 'sdk-1.32'] },
  { client: 'client v2, 2025 era', words: ['client-2.js', 'legacy'] },
  { client: 'client v2, 2026-07-28', words: ['client-2.js', 'modern'] },
  { client: 'client v2, that finds out', words: ['client-2.js', 'auto'] },
];

const ALL_SEEN = {
  server: 'devmesh',
  tools: expect.arrayContaining(['contexts_create', 'memory_search', 'status', 'wait_for_call']) as unknown,
  status: { isError: false, status: 'succeeded', saidInText: true },
  badArgument: {
    isError: true,
    status: 'failed',
    code: 'invalid_input',
    suggestion: expect.stringContaining('limit') as unknown,
    saidInText: true,
  },
  unknownTool: { code: -32602, message: 'There is no tool memory_serch. Did you mean memory_search?' },
  memory: { created: true, found: [true], read: true },
  resources: {
    status: 'up',
    someContexts: true,
    templates: ['devmesh://calls/{id}', 'devmesh://contexts/{id}', 'devmesh://evidence/{id}'],
  },
};

let folder: string;
let platform: ChildProcess;
let url: string;
let key: string;

beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(interop, 'install.js')]);
}, 300_000);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'devmesh-interop-'));
  platform = spawn(process.execPath, [LAUNCHER, 'start'], { env: environment(await freePorts()), stdio: 'pipe' });
  url = await mcpUrlOf(platform);
  key = (JSON.parse(readFileSync(join(folder, 'first-access.json'), 'utf8')) as { api_key: string }).api_key;
});

afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

const toolsSeen = new Set<string>();

describe('over HTTP', () => {
  test.each(LIBRARIES)('$client sees and does everything', async ({ words }) => {
    expectSame(await walk([...words, url]), ALL_SEEN);
  });

  // The Inspector prints answers only: what the server is called stays with it.
  test('Inspector 1 sees and does everything', async () => {
    expectSame(await walk(['inspector.js', 'inspector-1', url]), { ...ALL_SEEN, server: undefined });
  });

  test.each(['legacy', 'modern'])('Inspector 2 sees and does everything in the %s era', async (era) => {
    // It does not ask for a tool that it has not seen in the list.
    const unknownTool = { code: 'tool_not_found', message: expect.stringContaining('memory_serch') as unknown };
    expectSame(await walk(['inspector.js', 'inspector-2', era, url]), { ...ALL_SEEN, server: undefined, unknownTool });
  });
});

describe('over stdio, to the platform that runs', () => {
  test.each(LIBRARIES)('$client sees and does everything', async ({ words }) => {
    expectSame(await walk([...words, ...STDIO]), ALL_SEEN);
  });

  test('what is piped in at once is answered before the end', async () => {
    const { code, lines } = await pipe(key, [
      request(1, 'initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'p', version: '1' },
      }),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      request(2, 'tools/call', { name: 'status', arguments: {} }),
      request(3, 'ping', {}),
    ]);
    expect({ code, ids: lines.map(({ id }) => id).sort() }).toEqual({ code: 0, ids: [1, 2, 3] });
  });

  test('a wrong key ends it with 4, and both the client and the person read what to do', async () => {
    const { code, lines, said } = await pipe('devmesh_wrong', [request(1, 'initialize', {})]);
    expect(code).toBe(4);
    expect(said).toContain(`DEVMESH_API_KEY_FILE to a key of the DevMesh in ${folder}`);
    expect(lines).toMatchObject([
      { id: 1, error: { code: -32001, message: expect.stringContaining('DEVMESH_API_KEY') } },
    ]);
  });
});

describe('over stdio, with the folder opened by the client’s own process', () => {
  beforeAll(() => stop());

  test.each(LIBRARIES)('$client sees and does everything', async ({ words }) => {
    expectSame(await walk([...words, ...STDIO]), ALL_SEEN);
  });

  test('a wrong key ends it with 4', async () => {
    expect(await pipe('devmesh_wrong', [request(1, 'initialize', {})])).toMatchObject({ code: 4, lines: [{ id: 1 }] });
  });
});

test('all of them saw the same tools', () => {
  expect(toolsSeen.size).toBe(1);
});

/** What one client saw. @throws Error with what it said on standard error. */
async function walk([runner = '', ...words]: string[]): Promise<{ tools: string[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(interop, runner), ...words], {
    cwd: interop,
    env: { ...environment(), DEVMESH_API_KEY: key },
  });
  return JSON.parse(stdout) as { tools: string[] };
}

function expectSame(seen: { tools: string[] }, expected: object): void {
  expect(seen).toEqual(expected);
  toolsSeen.add(seen.tools.join());
}

function request(id: number, method: string, params: object): object {
  return { jsonrpc: '2.0', id, method, params };
}

/** `printf … | devmesh mcp --stdio` */
async function pipe(apiKey: string, messages: object[]) {
  const child = spawn(process.execPath, [LAUNCHER, 'mcp', '--stdio'], {
    env: { ...environment(), DEVMESH_API_KEY: apiKey },
    stdio: 'pipe',
  });
  const exit = once(child, 'close') as Promise<[number | null]>;
  let [answers, said] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (answers += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.end(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  const [code] = await exit;
  const lines = answers.split('\n').filter((line) => line !== '');
  return { code, said, lines: lines.map((line) => JSON.parse(line) as { id: number }) };
}

function environment(ports: Record<string, string> = {}): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH, HOME: folder, DEVMESH_DATA_DIR: folder, ...ports };
}

/** From the line that says that it is ready. */
async function mcpUrlOf({ stdout, stderr }: ChildProcess): Promise<string> {
  if (stdout === null || stderr === null) throw new Error('no pipes');
  const said: string[] = [];
  stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  for await (const line of createInterface({ input: stdout })) {
    said.push(line);
    if (line.startsWith('{"event":"ready"')) {
      // Whatever comes later is read and let go.
      stdout.resume();
      return (JSON.parse(line) as { mcp_url: string }).mcp_url;
    }
  }
  throw new Error(`the platform did not get ready:\n${said.join('\n')}`);
}

async function stop(): Promise<void> {
  if (platform.exitCode !== null || platform.signalCode !== null) return;
  const ended = once(platform, 'exit');
  platform.kill('SIGTERM');
  await ended;
}

async function freePorts(): Promise<{ REST_PORT: string; MCP_PORT: string }> {
  const servers = [createServer(), createServer()];
  const [rest = '', mcp = ''] = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return String((server.address() as AddressInfo).port);
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return { REST_PORT: rest, MCP_PORT: mcp };
}
