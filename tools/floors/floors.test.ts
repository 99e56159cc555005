import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

type Tree = Record<string, string | object>;

const trees: string[] = [];

afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true });
});

describe('a house in order', () => {
  test('passes, and says how much was looked at', () => {
    expect(
      check({
        ...house,
        'libs/core/vault/src/index.ts': "import { log } from '@devmesh/runtime';\nexport const seal = log;\n",
      }),
    ).toEqual({
      status: 0,
      lines: ['floors: 9 projects, 1 imports, none forbidden.'],
    });
  });

  test('lets tests see testing, conformance suites and jest', () => {
    const source =
      "import '@devmesh/testing';\nimport '@devmesh/bus/conformance';\nimport { test } from '@jest/globals';\ntest;\n";
    expect(check({ ...house, 'libs/core/vault/src/seal.test.ts': source })).toMatchObject({ status: 0 });
  });
});

describe('planted violations', () => {
  let lines: string[];
  let status: number | null;

  beforeAll(() => {
    ({ lines, status } = check({
      ...house,
      'libs/base/runtime/src/up.ts': "import type { Vault } from '@devmesh/vault';\nexport type V = Vault;\n",
      'libs/infra/bus/src/sideways.ts': "export { get } from '@devmesh/cache';\n",
      'libs/core/vault/src/undeclared.ts': "await import('helmet');\n",
      'libs/core/vault/src/undeclared-ours.ts': "import '@devmesh/contracts';\n",
      'libs/core/vault/src/dev-in-production.ts': "import '@jest/globals';\n",
      'libs/core/vault/src/by-path.ts': "import '../../../infra/bus/src/index.ts';\n",
      'libs/core/vault/src/past-the-door.ts': "import '../../../infra/bus/src/wire.ts';\n",
      'libs/core/vault/src/past-exports.ts': "import '@devmesh/bus/src/wire.ts';\n",
      'libs/core/vault/src/fakes.ts': "import '@devmesh/testing';\n",
      'libs/core/vault/src/suite.ts': "import '@devmesh/bus/conformance';\n",
      'libs/core/vault/src/test-helper.ts': "import './seal.test.ts';\n",
      'libs/core/vault/src/seal.test.ts': 'export {};\n',
      'libs/core/vault/src/sql.ts': "import 'pg';\n",
      'libs/core/vault/src/tooling.ts': "import '../../../../tools/floors/rules.ts';\n",
      'apps/worker/src/prometheus.ts': "import '@devmesh/prometheus';\n",
      'libs/utils/helper.ts': 'export {};\n',
      'shared/helper.ts': 'export {};\n',
    }));
  });

  test('fail the check', () => {
    expect(status).toBe(1);
  });

  test.each([
    [
      'an import of a higher floor, even of a type',
      'libs/base/runtime/src/up.ts: imports libs/core/vault/src/index.ts, which is not below floor 1',
    ],
    [
      'an import of the same floor',
      'libs/infra/bus/src/sideways.ts: imports libs/infra/cache/src/index.ts, which is not below floor 2',
    ],
    [
      'a package that the project does not declare',
      'libs/core/vault/src/undeclared.ts: imports node_modules/helmet/index.js, which is not declared',
    ],
    [
      'a project of ours that the project does not declare',
      'libs/core/vault/src/undeclared-ours.ts: imports libs/base/contracts/src/index.ts, which is not declared',
    ],
    [
      'a dev dependency in production code',
      'libs/core/vault/src/dev-in-production.ts: imports node_modules/@jest/globals/index.js, which is not declared under "dependencies"',
    ],
    [
      'another project by its path',
      'libs/core/vault/src/by-path.ts: imports libs/infra/bus/src/index.ts, which is another project: import it by its name',
    ],
    [
      'a file behind the index.ts of another project',
      'libs/core/vault/src/past-the-door.ts: imports libs/infra/bus/src/wire.ts, which lies behind the index.ts',
    ],
    [
      'a file that the exports of another project do not name',
      'libs/core/vault/src/past-exports.ts: imports @devmesh/bus/src/wire.ts, which does not resolve',
    ],
    [
      'testing outside tests',
      'libs/core/vault/src/fakes.ts: imports libs/testing/src/index.ts, which is imported by tests only',
    ],
    [
      'a conformance suite outside tests',
      'libs/core/vault/src/suite.ts: imports libs/infra/bus/src/conformance.ts, which is a conformance suite',
    ],
    [
      'a test file outside tests',
      'libs/core/vault/src/test-helper.ts: imports libs/core/vault/src/seal.test.ts, which is a test file',
    ],
    [
      'a package that another library alone imports',
      'libs/core/vault/src/sql.ts: imports node_modules/pg/index.js, which is imported by libs/infra/store alone',
    ],
    ['tooling in a project', 'libs/core/vault/src/tooling.ts: imports tools/floors/rules.ts, which is tooling'],
    [
      "a system outside its adapter's app",
      'apps/worker/src/prometheus.ts: imports libs/systems/prometheus/src/index.ts, which is a system',
    ],
    ['a file in a folder without a floor', 'libs/utils/helper.ts: belongs to no project with a floor'],
    ['a file in an unknown folder at the root', 'shared/helper.ts: belongs to no project with a floor'],
  ])('%s is refused', (_what, line) => {
    expect(lines).toContainEqual(expect.stringContaining(line));
  });
});

test('a project without a floor is refused, and so are two floors and a foreign name', () => {
  const { status, lines } = check({
    ...house,
    'libs/core/policy/package.json': { name: '@devmesh/policy' },
    'libs/core/quota/package.json': { name: '@devmesh/quota', nx: { tags: ['floor:3', 'floor:4'] } },
    'libs/core/calls/package.json': { name: '@devmesh/phone', nx: { tags: ['floor:4'] } },
  });
  expect({ status, lines }).toEqual({
    status: 1,
    lines: [
      'libs/core/calls: is called "@devmesh/phone", not "@devmesh/calls": a package has the name of its folder.',
      'libs/core/policy: needs exactly one tag "floor:<number>" under "nx" in its package.json.',
      'libs/core/quota: needs exactly one tag "floor:<number>" under "nx" in its package.json.',
    ],
  });
});

test('a declared dependency on the same floor is refused before anything imports it', () => {
  const { lines } = check({
    ...house,
    'libs/infra/cache/package.json': manifest('@devmesh/cache', 2, ['@devmesh/bus']),
  });
  expect(lines).toEqual([
    'libs/infra/cache (floor 2): declares @devmesh/bus (floor 2); only lower floors may be used.',
  ]);
});

test('a neighbour on the same floor may be a devDependency, for tests only', () => {
  const neighbour = {
    ...house,
    'libs/infra/cache/package.json': manifest('@devmesh/cache', 2, [], ['@devmesh/bus']),
    'libs/infra/cache/src/cache.test.ts': "import { bus } from '@devmesh/bus';\nexport const used = bus;\n",
  };
  expect(check(neighbour).lines.join()).toContain('none forbidden');
  const { lines } = check({
    ...neighbour,
    'libs/infra/cache/src/index.ts': "import { bus } from '@devmesh/bus';\nexport const used = bus;\n",
  });
  expect(lines.join()).toContain('libs/infra/cache/src/index.ts');
});

const house: Tree = {
  'package.json': { name: 'house', workspaces: ['libs/*/*', 'libs/testing', 'apps/*'] },
  'tools/floors/rules.ts': 'export {};\n',
  ...project('libs/base/contracts', '@devmesh/contracts', 0),
  ...project('libs/testing', '@devmesh/testing', 0),
  ...project('libs/base/runtime', '@devmesh/runtime', 1, ['@devmesh/contracts']),
  ...project('libs/infra/bus', '@devmesh/bus', 2, ['@devmesh/runtime']),
  ...project('libs/infra/cache', '@devmesh/cache', 2, ['@devmesh/runtime']),
  ...project('libs/core/vault', '@devmesh/vault', 3, ['@devmesh/runtime', '@devmesh/bus', 'pg'], ['@devmesh/testing']),
  ...project('libs/systems/prometheus', '@devmesh/prometheus', 5),
  ...project('apps/worker', '@devmesh/worker', 7, ['@devmesh/prometheus']),
  ...project('apps/adapter-prometheus', '@devmesh/adapter-prometheus', 7, ['@devmesh/prometheus']),
  'libs/infra/bus/src/conformance.ts': 'export {};\n',
  'libs/infra/bus/src/wire.ts': 'export {};\n',
  ...installed('pg'),
  ...installed('helmet'),
  ...installed('@jest/globals'),
};

function project(
  dir: string,
  name: string,
  floor: number,
  dependencies: string[] = [],
  devDependencies: string[] = [],
): Tree {
  return {
    [`${dir}/package.json`]: manifest(name, floor, dependencies, devDependencies),
    [`${dir}/src/index.ts`]: 'export {};\n',
  };
}

function manifest(name: string, floor: number, dependencies: string[] = [], devDependencies: string[] = []): object {
  const source = (file: string) => ({ '@devmesh/source': `./src/${file}.ts` });
  return {
    name,
    type: 'module',
    exports: { '.': source('index'), './conformance': source('conformance') },
    nx: { tags: [`floor:${floor}`] },
    dependencies: anyVersion(dependencies),
    devDependencies: anyVersion(devDependencies),
  };
}

function anyVersion(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '*']));
}

function installed(name: string): Tree {
  return {
    [`node_modules/${name}/package.json`]: { name, version: '1.0.0', main: 'index.js' },
    [`node_modules/${name}/index.js`]: 'module.exports = {};\n',
  };
}

/** Lays the tree out in a temporary folder, links its projects as npm would, and runs the check over it as `npm run floors` does. */
function check(tree: Tree): { status: number | null; lines: string[] } {
  const root = mkdtempSync(join(tmpdir(), 'floors-'));
  trees.push(root);
  for (const [file, content] of Object.entries(tree)) {
    write(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
    if (/^(libs|apps)\/.*package\.json$/.test(file)) link(root, dirname(file), (content as { name: string }).name);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), root], {
    encoding: 'utf8',
  });
  return { status, lines: `${stdout}${stderr}`.trim().split('\n').sort() };
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function link(root: string, dir: string, name: string): void {
  const at = join(root, 'node_modules', name);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(root, dir), at, 'junction');
}
