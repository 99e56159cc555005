import { spawnSync } from 'node:child_process';
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyRepository, linkWorkspaces } from './repo-copy.ts';

// Everything happens in a copy: types, lint, format, floors and tests of what the generators write, as CI would see it.

let copy: string;

beforeAll(() => {
  copy = copyRepository();
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

test('a generated system with two tools, and a tool in an old system, pass every check that CI runs', () => {
  expect(run('node', 'tools/generate/main.ts', 'adapter', 'tempo')).toBe('');
  expect(run('node', 'tools/generate/main.ts', 'tool', 'tempo', 'get_span')).toBe('');
  expect(run('node', 'tools/generate/main.ts', 'tool', 'prometheus', 'error_budget')).toBe('');
  linkWorkspaces(copy);

  const projects = ['libs/systems/tempo', 'apps/adapter-tempo', 'libs/systems/prometheus', 'apps/devmesh'];
  const written = [
    'libs/systems/tempo',
    'apps/adapter-tempo',
    'apps/devmesh/src/start/systems.ts',
    ...newInPrometheus(),
  ];
  expect(run('tsc', '-b', ...projects)).toBe('');
  expect(run('eslint', '--max-warnings', '0', ...written)).toBe('');
  expect(run('prettier', '--check', '--log-level', 'warn', 'tsconfig.json', ...written)).toBe('');
  expect(run('node', 'tools/floors/references.ts', '--check')).toBe('');
  // Of the whole house only what was written counts here: the rest is `npm run floors`' own to say.
  expect(
    run('node', 'tools/floors/main.ts')
      .split('\n')
      .filter((line) => /tempo|error-budget/.test(line)),
  ).toEqual([]);
  // In CI jest writes no snapshot of itself, and a new tool has none.
  expect(run('jest', '--ci=false', '--selectProjects', 'tempo', '--selectProjects', 'prometheus')).toBe('');
}, 300_000);

test.each([
  ['a system that is not there', ['tool', 'nothing', 'list_things'], 'There is no system nothing'],
  ['a tool that is there', ['tool', 'prometheus', 'query_range'], 'already there'],
  ['a name that is no verb_noun', ['tool', 'prometheus', 'Query'], 'cannot be a tool'],
  ['a system with a hyphen', ['adapter', 'big-query'], "cannot be a system's name"],
  ['nothing', [], 'npm run generate:tool -- <system> <verb_noun>'],
])('%s is refused with what to do', (_what, words, message) => {
  expect(run('node', 'tools/generate/main.ts', ...words)).toContain(message);
});

function newInPrometheus(): string[] {
  return [
    'libs/systems/prometheus/src/adapter.ts',
    ...globSync('libs/systems/prometheus/src/tools/error-budget*.ts', { cwd: copy }),
  ];
}

/** What a program of the copy says when it fails; nothing when it succeeds. */
function run(program: string, ...words: string[]): string {
  const bin = join(copy, 'node_modules/.bin');
  const { status, stdout, stderr } = spawnSync(join(bin, program), words, {
    cwd: copy,
    encoding: 'utf8',
    env: { ...environment(), PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
  return status === 0 ? '' : `${program} ${words.join(' ')}: exit code ${String(status)}\n${stdout}${stderr}`;
}

// The copy's own unit tests run, not this level's.
function environment(): NodeJS.ProcessEnv {
  const { DEVMESH_TEST_LEVEL: _level, DEVMESH_TEST_RESULTS: _results, ...rest } = process.env;
  return {
    ...rest,
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning --conditions=@devmesh/source',
  };
}
