import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyRepository } from '../generate/repo-copy.ts';
import { codeBlocks, pages } from './code-blocks.ts';
import { OWNER_PASSWORD, startPlatform, type Platform } from './platform-of-copy.ts';
import { runBlocks } from './run-blocks.ts';

// A copy of the repository, started as the README says, and every block of the pages that says `run` typed into a shell
// there. Only ports and the addresses of the systems differ from what a reader types.

const root = join(import.meta.dirname, '../..');
const runnable = pages(root).map((file) => ({ file, blocks: codeBlocks(root, file).filter(({ run }) => run) }));

let copy: string;
let platform: Platform | undefined;

beforeAll(async () => {
  const systems = { PROMETHEUS_URL: given('TEST_PROMETHEUS_URL'), ALERTMANAGER_URL: given('TEST_ALERTMANAGER_URL') };
  copy = copyRepository();
  platform = await startPlatform(copy, systems);
}, 60_000);

afterAll(async () => {
  await platform?.stop();
  if (copy) rmSync(copy, { recursive: true, force: true });
}, 30_000);

test.each(runnable.filter(({ blocks }) => blocks.length > 0))(
  'the blocks of $file do what the page says',
  ({ blocks }) => {
    const { restPort, mcpPort, apiKey } = started();
    const runs = runBlocks(blocks, {
      folder: copy,
      environment: environment(apiKey),
      addresses: {
        'localhost:8081': `localhost:${String(restPort)}`,
        'localhost:8080': `localhost:${String(mcpPort)}`,
        // A reader copies the id from the line above; a hidden block keeps it.
        'call_…': '"$CALL"',
      },
    });
    const wrong = runs.filter(
      ({ ran, output, block: { shows } }) => !ran || (shows !== undefined && !output.includes(shows)),
    );
    expect(
      wrong.map(({ block: { file, line, text }, output }) => `${file}:${String(line)}\n${text}→ ${output}`),
    ).toEqual([]);
  },
);

test('the README shows at least the first steps this way', () => {
  expect(runnable[0]?.file).toBe('README.md');
  expect(runnable[0]?.blocks.length).toBeGreaterThanOrEqual(5);
});

function started(): Platform {
  if (platform === undefined) throw new Error('the platform of this test did not start');
  return platform;
}

function environment(apiKey: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_OPTIONS: '',
    PATH: `${join(copy, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    DEVMESH_API_KEY: apiKey,
    // For hidden blocks: what a person does in a browser.
    OWNER_PASSWORD,
  };
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: npm run test:integration sets it`);
  return value;
}
