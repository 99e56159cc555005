import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

/** What a benched process says when it is up. */
export interface Ready {
  url: string;
  apiKey?: string;
  readyMs: number;
}

export interface Child {
  ready: Ready;
  /** Resident memory in MiB. */
  memoryMib(): Promise<number>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;

/** Starts a script of this folder as a process of its own and waits until it is up. */
export async function startChild(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = fork(join(import.meta.dirname, script), args, {
    execArgv: ['--conditions=@devmesh/source'],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = (await Promise.race([message(child), after(START_TIMEOUT_MS, undefined, { ref: false })])) as
    Ready | undefined;
  if (!ready) throw new Error(`${script} did not start`);
  return {
    ready,
    async memoryMib() {
      child.send('memory');
      return (await message(child)) as number;
    },
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`ended with ${String(code)} before it answered`)));
  });
}

/** For the child: says that it is up, and how much memory it has when asked. */
export function sayReady(ready: Ready): void {
  process.on('message', () => process.send?.(process.memoryUsage().rss / 1024 / 1024));
  process.send?.(ready);
}
