import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { createMemoryBus } from '@devmesh/bus';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openBalancer, type Balancer } from '../test-balancer.ts';
import { createTestGateway } from '../test-gateway.ts';
import { KEY_OF_A, openWorld, type World } from '../test-world.ts';

const SUITE = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');
const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
/** What mcp.md asks of the real tools; the suite knows which of them a revision has. */
const OWN_TOOLS: readonly [string, ...string[]][] = [
  [
    '2025-11-25',
    'server-initialize',
    'ping',
    'server-session-lifecycle',
    'tools-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
  ],
  [
    '2026-07-28',
    'tools-list',
    'server-sse-multiple-streams',
    'dns-rebinding-protection',
    'http-header-validation',
    'sep-2164-resource-not-found',
    'caching',
  ],
];

let one: World;
let two: World;
let roundRobin: Balancer;
let withKey: Balancer;

beforeAll(async () => {
  const road = createTestGateway();
  const bus = createMemoryBus({ logger: silentLogger(), metrics: createMetrics({ service: 'test' }) });
  const config = { conformanceFixtures: true };
  [one, two] = await Promise.all([openWorld({ road, bus, config }), openWorld({ road, bus, config })]);
  roundRobin = await openBalancer([one.port, two.port]);
  withKey = await openBalancer([one.port, two.port], { 'x-api-key': KEY_OF_A });
});
afterAll(async () => {
  await Promise.all([roundRobin.close(), withKey.close()]);
  await Promise.all([one.close(), two.close()]);
});

interface Verdict {
  exitCode: number;
  output: string;
}

function conformance(...args: string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SUITE, 'server', ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({
        exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1,
        output: stdout + stderr,
      });
    });
  });
}

/** Scenarios by their mark in the summary. Those of extensions that we do not offer are run by the suite and not counted. */
function scenarios(output: string): { passed: string[]; failed: string[]; unscored: string[] } {
  const [summary = '', unscored = ''] = (output.split('=== SUMMARY ===')[1] ?? '').split('Not scored');
  const marked = (text: string, mark: string) =>
    [...text.matchAll(new RegExp(`${mark} ([a-z0-9-]+)`, 'g'))].map((match) => match[1] ?? '');
  const skipped = new Set([...marked(unscored, '✓'), ...marked(unscored, '✗')]);
  const scored = (names: string[]) => names.filter((name) => !skipped.has(name));
  return {
    passed: scored(marked(summary, '✓')),
    failed: scored(marked(summary, '✗')),
    unscored: marked(unscored, '✗'),
  };
}

function expectConformance({ exitCode, output }: Verdict, atLeast: number): void {
  const { passed, failed, unscored } = scenarios(output);
  expect(failed).toEqual([]);
  expect(passed.length).toBeGreaterThanOrEqual(atLeast);
  // Tasks are an extension that DevMesh does not offer yet; everything else of the suite passes, counted or not.
  expect(unscored.filter((name) => !name.startsWith('tasks-'))).toEqual([]);
  expect(exitCode).toBe(0);
}

test.each(REVISIONS)('every server scenario of %s passes on one server', async (revision) => {
  expectConformance(await conformance('--url', `${one.url}/mcp/conformance`, '--requirements', revision), 30);
});

test.each(REVISIONS)('every server scenario of %s passes through round robin over two', async (revision) => {
  expectConformance(await conformance('--url', `${roundRobin.url}/mcp/conformance`, '--requirements', revision), 30);
});

test.each(OWN_TOOLS.flatMap(([revision, ...names]) => names.map((name) => [name, revision] as const)))(
  '%s of %s passes on the real tools, with a key',
  async (scenario, revision) => {
    const { exitCode, output } = await conformance(
      '--url',
      `${withKey.url}/mcp`,
      '--scenario',
      scenario,
      '--spec-version',
      revision,
    );
    expect({ exitCode, said: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, said: '' });
  },
);
