import { spawn } from 'node:child_process';
import { serverUser } from './home.ts';

/**
 * Runs a program to its end as the servers' user and answers its standard output.
 * @throws with the end of what it said, when it fails; with code ENOENT when there is no such program
 */
export function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, LC_ALL: 'C', HOME: cwd };
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...serverUser() });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${program} ${args[0] ?? ''} ended with ${code ?? signal}:\n${(err + out).slice(-1500)}`));
    });
  });
}
