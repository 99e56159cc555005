import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** `DEVMESH_TEST_LEVEL=integration` turns the same projects over to the tests that need servers. */
export const integration = process.env['DEVMESH_TEST_LEVEL'] === 'integration';

/**
 * The jest configuration of one project: every project's `jest.config.js` is this call.
 * `sources` is where its tests lie, relative to the project; with `needsServers` every one of them is an integration test.
 */
export function project(folder, { sources = 'src', needsServers = false } = {}) {
  const tests = needsServers ? '*.test.ts' : integration ? '*.int.test.ts' : '!(*.int).test.ts';
  const dir = join(folder, sources);
  return {
    displayName: nameOf(folder),
    rootDir: folder,
    roots: existsSync(dir) ? [dir] : [folder],
    testMatch: [`${posix(dir)}/**/${tests}`],
    testPathIgnorePatterns: ['/node_modules/', '/dist/', '/tools/interop/'],
    modulePathIgnorePatterns: ['/dist/', '/tools/interop/'],
    extensionsToTreatAsEsm: ['.ts'],
    transform: { '\\.ts$': join(root, 'tools/jest/transformer.js') },
    testEnvironment: 'node',
    testEnvironmentOptions: { customExportConditions: ['@devmesh/source', 'node', 'node-addons'] },
    restoreMocks: true,
  };
}

function nameOf(folder) {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest)
    ? JSON.parse(readFileSync(manifest, 'utf8')).name.replace('@devmesh/', '')
    : relative(root, folder);
}

function posix(path) {
  return path.split(sep).join('/');
}
