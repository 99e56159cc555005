import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { integration } from './tools/jest/preset.js';

const root = import.meta.dirname;
const folders = ['libs/*/*', 'libs/testing', 'apps/*', 'tools', ...(integration ? ['e2e'] : [])];

export default {
  projects: globSync(
    folders.map((folder) => `${folder}/jest.config.js`),
    { cwd: root },
  )
    .sort()
    .map((config) => join(root, dirname(config))),
  reporters: ['default', join(root, 'tools/jest/totals-reporter.js')],
  maxWorkers: 2,
  // Only here: jest ignores a project's own one.
  testTimeout: integration ? 60_000 : 30_000,
};
