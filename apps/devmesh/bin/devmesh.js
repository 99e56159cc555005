#!/usr/bin/env node
// Starts the CLI: from the sources in a clone, from `dist` in an installed package. Written so that an old Node gets as far
// as finding a new one, or saying that it is too old.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const inClone = existsSync(at('../src/main.ts'));
const program = inClone ? ['--conditions=@devmesh/source', at('../src/main.ts')] : [at('../dist/main.js')];
const node = nodeToUse();
const args = [...process.execArgv, ...program, ...process.argv.slice(2)];

if (node !== undefined) start(node);

/** This one, or the clone's own where this one is too old. */
function nodeToUse() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 9)) return process.execPath;
  const own = at('../../../node_modules/.bin/node');
  if (inClone && existsSync(own)) return own;
  console.error(`unavailable: DevMesh needs Node 24.9 or newer, and this is ${process.versions.node}.`);
  console.error(
    inClone ? '  Next: npm ci, which brings one along' : '  Next: install a newer Node: https://nodejs.org',
  );
  process.exitCode = 1;
  return undefined;
}

function start(path) {
  // In place of this process where the system can: signals, terminal and exit code are then the program's own.
  if (process.execve !== undefined && process.platform !== 'win32') process.execve(path, [path, ...args]);
  const child = spawn(path, args, { stdio: 'inherit' });
  // Ctrl-C reaches the child from the terminal itself; what is sent to this process alone is handed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
