import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** Runs `body` as a process of its own; `onLine` sees what it says while it runs. */
function run(
  body: string,
  env: Record<string, string> = {},
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
) {
  const script = `
    import { ConfigError, startProcess } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    import { z } from 'zod';
    const schema = z.object({ NEEDED: z.string(), COUNT: z.coerce.number().int().default(1) });
    await startProcess({ service: 'test', schema, start: ${body} });`;
  const child = spawn(process.execPath, ['--conditions=@devmesh/source', '--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const line of chunk.toString().split('\n').filter(Boolean)) onLine(line, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

const ready = `async ({ logger, lifecycle }) => { setInterval(() => {}, 1000); lifecycle.onStop('x', () => logger.info('closed')); logger.info('ready'); }`;

test('exits 78 and prints every fault when the configuration is unusable', async () => {
  const { code, stderr, stdout } = await run(ready, { COUNT: 'many', LOG_LEVEL: 'loud' });
  expect(code).toBe(78);
  for (const name of ['NEEDED', 'COUNT', 'LOG_LEVEL']) expect(stderr).toContain(name);
  expect(stdout).toBe('');
});

test('exits 78 when the start finds out that the configuration cannot work', async () => {
  const { code, stderr } = await run(
    `async () => { throw new ConfigError([{ name: 'DATABASE_URL', message: 'pgvector is too old' }]); }`,
    { NEEDED: 'x' },
  );
  expect(code).toBe(78);
  expect(stderr).toContain('DATABASE_URL: pgvector is too old');
});

test('exits 1 when it cannot start, after closing what was open', async () => {
  const { code, stdout } = await run(
    `async ({ lifecycle, logger }) => { lifecycle.onStop('x', () => logger.info('closed')); throw new Error('port in use'); }`,
    { NEEDED: 'x' },
  );
  expect(code).toBe(1);
  expect(stdout).toContain('port in use');
  expect(stdout).toContain('closed');
});

test.each(['SIGTERM', 'SIGINT'] as const)('closes everything and exits 0 on %s', async (signal) => {
  const { code, stdout } = await run(ready, { NEEDED: 'x' }, (line, kill) => {
    if (line.includes('ready')) kill(signal);
  });
  expect(code).toBe(0);
  expect(stdout).toContain('closed');
});

test('exits at once on a second signal', async () => {
  const hanging = `async ({ logger, lifecycle }) => { setInterval(() => {}, 1000); lifecycle.onStop('hangs', () => { logger.info('hanging'); return new Promise(() => {}); }); logger.info('ready'); }`;
  const { code } = await run(hanging, { NEEDED: 'x', SHUTDOWN_DEADLINE_MS: '60000' }, (line, kill) => {
    if (/ready|hanging/.test(line)) kill('SIGTERM');
  });
  expect(code).toBe(143);
});

test('logs an exception that nobody caught, stops, and exits 1', async () => {
  const { code, stdout } = await run(
    `async ({ lifecycle, logger }) => { lifecycle.onStop('x', () => logger.info('closed')); setTimeout(() => { throw new Error('out of the blue'); }, 1); }`,
    { NEEDED: 'x' },
  );
  expect(code).toBe(1);
  expect(stdout).toContain('out of the blue');
  expect(stdout).toContain('closed');
});

test('serves metrics on METRICS_PORT and hints at a misspelt variable', async () => {
  const { stdout } = await run(ready, { NEEDED: 'x', METRICS_PORT: '0', DEVMESH_NEEDED: 'x' }, (line, kill) => {
    if (line.includes('ready')) kill('SIGTERM');
  });
  expect(stdout).toContain('metrics and health are served');
});
