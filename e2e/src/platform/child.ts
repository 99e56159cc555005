import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The repository: processes are started from sources, as `npm start` does. */
export const ROOT = join(import.meta.dirname, '../../..');

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  running(): boolean;
  stdout(): string;
  stderr(): string;
  /** The first line on stdout that fits; rejects when the process ends before, with the end of what it said. */
  line(fits: (line: string) => boolean, forMs?: number): Promise<string>;
  send(signal: NodeJS.Signals): void;
  /** Sends the signal and resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<Exit>;
}

export interface ChildOptions {
  name: string;
  /** Path below the repository. */
  script: string;
  args?: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd?: string;
}

/** Runs one of our programs on this very Node, from sources. It dies with this process, however this one ends. */
export function startChild({ name, script, args = [], env, cwd = ROOT }: ChildOptions): Child {
  const started = spawn(process.execPath, ['--conditions=@devmesh/source', join(ROOT, script), ...args], {
    cwd,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const release = tieToUs(started);
  const said = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    started[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
      for (const watch of watchers) watch();
    });
  }
  const exited = new Promise<Exit>((resolve) => {
    started.once('close', (code, signal) => {
      release();
      resolve({ code, signal });
      for (const watch of watchers) watch();
    });
  });
  const running = () => started.exitCode === null && started.signalCode === null;

  function line(fits: (line: string) => boolean, forMs = 30_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        clearTimeout(timer);
        watchers.delete(look);
        done();
      };
      const look = () => {
        const found = said.stdout.split('\n').slice(0, -1).find(fits);
        if (found !== undefined) settle(() => resolve(found));
        else if (!running()) settle(() => reject(new Error(`${name} ended before it was ready:\n${endOf(said)}`)));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${name} said nothing of it in ${String(forMs)} ms:\n${endOf(said)}`))),
        forMs,
      );
      watchers.add(look);
      look();
    });
  }

  return {
    name,
    pid: Number(started.pid),
    exited,
    running,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    line,
    send: (signal) => void started.kill(signal),
    end(signal) {
      started.kill(signal);
      return exited;
    },
  };
}

/** Many starts of the same programs: compiled once. */
const COMPILED = join(tmpdir(), 'devmesh-e2e-compiled');

// What a bare machine has, and nothing that a developer's shell or jest adds.
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  const own = Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
  );
  return { ...own, NODE_COMPILE_CACHE: COMPILED };
}

/** jest hides its own end from tests: this shell holds a pipe from us, and kills the child when the pipe breaks. */
function tieToUs(child: ChildProcess): () => void {
  const keeper = spawn('/bin/sh', ['-c', 'read _; kill -9 "$1" 2>/dev/null', 'keeper', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  keeper.unref();
  return () => {
    keeper.kill('SIGKILL');
  };
}

function endOf({ stdout, stderr }: { stdout: string; stderr: string }): string {
  return `${stdout.slice(-3000)}\n${stderr.slice(-3000)}`;
}
