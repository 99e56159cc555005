import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../platform/child.ts';
import type { Json } from './rest.ts';

export interface CliAnswer {
  code: number | null;
  stdout: string;
  stderr: string;
  json(): Json;
}

/** Types a line at a shell without a terminal. */
export function devmesh(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<CliAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'apps/devmesh/bin/devmesh.js'), ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, ...said, json: () => JSON.parse(said.stdout) as Json });
    });
    child.stdin.end(input);
  });
}
