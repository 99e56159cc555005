import { expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { run } from './cli/cli.fixtures.ts';
import { createProgram } from './program.ts';

const everything = await allCommands();

test('has every noun and verb', () => {
  expect(everything.map(([path]) => path)).toEqual([
    'start',
    'status',
    'mcp',
    ...['tool', 'tool list', 'tool describe', 'tool call'],
    ...['call', 'call list', 'call show', 'call wait', 'call cancel', 'call undo', 'call verify'],
    ...[
      'context',
      'context create',
      'context get',
      'context list',
      'context append',
      'context delete',
      'context search',
    ],
    'search',
    ...['key', 'key create', 'key list', 'key revoke'],
    ...[
      'connection',
      'connection create',
      'connection list',
      'connection show',
      'connection update',
      'connection delete',
    ],
    'adapter-key',
  ]);
});

test.each(everything.map(([path]) => path))(
  '`%s --help` explains itself with examples and needs nothing',
  async (path) => {
    const { code, stdout, stderr } = await run(undefined, [...path.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: devmesh ${path}[\\s\\S]+\\nExamples:\\n`));
  },
);

test('help asked for the other way round is the same', async () => {
  expect(await run(undefined, ['help', 'key', 'create'])).toEqual(await run(undefined, ['key', 'create', '--help']));
  expect(await run(undefined, ['help'])).toEqual(await run(undefined, ['--help']));
});

test.each([
  [['stauts'], 'devmesh status'],
  [['key', 'crate'], 'devmesh key create'],
  [['contxt', 'list'], 'devmesh context'],
  [['status', '--outptu', 'json'], '--output'],
  [['key', 'revoke'], 'devmesh key revoke --help'],
  [['key', 'revoke', 'a', 'b'], 'devmesh key revoke --help'],
  [['-o', 'yaml', 'status'], 'devmesh --help'],
  [['mcp'], 'devmesh mcp --help'],
  [['start', '--url', 'http://x'], 'devmesh start --help'],
])('%j is wrong usage and offers what was meant', async (args, suggestion) => {
  const { code, stdout, stderr } = await run(undefined, args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^invalid_input: .+\n {2}Next: .+\n$/);
  expect(stderr).toContain(suggestion);
});

test('wrong usage is JSON too where JSON was asked for', async () => {
  for (const flags of [['-o', 'json'], ['-ojsonl'], ['--output=json']]) {
    const { stderr } = await run(undefined, ['stauts', ...flags]);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'invalid_input',
        message: "Unknown command 'stauts'.",
        suggestion: expect.stringContaining('devmesh status'),
      },
    });
  }
});

test.each([[[]], [['key']]])('%j alone shows the help on stderr and exits 2', async (args) => {
  expect(await run(undefined, args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('Usage: devmesh'),
  });
});

test('a new adapter key is one line that an adapter takes', async () => {
  const { code, stdout, stderr } = await run(undefined, ['adapter-key']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('ADAPTER_PRIVATE_JWK') });
  expect(stdout.trimEnd()).not.toContain('\n');
  expect(JSON.parse(stdout)).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) });
  expect(JSON.parse((await run(undefined, ['adapter-key', '-o', 'json'])).stdout)).toMatchObject({ kty: 'EC' });
});

test('colours only where the screen has them', async () => {
  expect((await run(undefined, ['--help'], { terminal: 100 })).stdout).not.toContain('\u001b');
  expect((await run(undefined, ['--help'], { terminal: 100, colors: true })).stdout).toContain('\u001b[1mUsage:');
  expect((await run({ url: 'http://127.0.0.1:9' }, ['key', 'list'], { terminal: 100, colors: true })).stderr).toContain(
    '\u001b[',
  );
});

async function allCommands(): Promise<[string, Command][]> {
  const screen = { write: () => true, isTerminal: false, hasColors: false, width: undefined };
  const unused = () => Promise.reject(new Error('unused'));
  const io = {
    stdout: screen,
    stderr: screen,
    readStdin: unused,
    environment: unused,
    folder: '',
    home: '',
    clock: () => new Date(),
    interruption: () => new AbortController().signal,
  };
  const { program, loadAll } = createProgram(io);
  await loadAll();
  return below(program, '');
}

function below(command: Command, path: string): [string, Command][] {
  return command.commands.flatMap((each): [string, Command][] => {
    const own = `${path} ${each.name()}`.trim();
    return [[own, each], ...below(each, own)];
  });
}
