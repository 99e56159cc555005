import { readFileSync } from 'node:fs';
import { until } from './until.ts';

/** A process as no later one can be: its number and when it began, in clock ticks since the machine's start. */
export type ProcessId = { readonly pid: number; readonly startTicks: number };

/** The process with this number, unless it is gone or only waits to be buried (containers often have no init). */
export function processId(pid: number): ProcessId | undefined {
  const fields = stat(pid);
  return fields && !'ZX'.includes(fields[0] ?? 'X') ? { pid, startTicks: Number(fields[19]) } : undefined;
}

export function isAlive(process: ProcessId): boolean {
  return processId(process.pid)?.startTicks === process.startTicks;
}

/**
 * Sends a signal. KILL, STOP and CONT reach the children too, as when a machine dies or hangs (a killed Postgres would
 * otherwise leave backends that still answer); the others are orders to the server, which sees to its children itself.
 */
export function signal(target: ProcessId, name: NodeJS.Signals): ProcessId[] {
  if (!isAlive(target)) return [];
  const all = ['SIGKILL', 'SIGSTOP', 'SIGCONT'].includes(name) ? [target, ...descendants(target.pid)] : [target];
  for (const each of all) send(each, name);
  return all;
}

/** Ends a process: politely with `name`, after ten seconds with KILL. Resolves when it is gone. */
export async function end(target: ProcessId, name: NodeJS.Signals): Promise<void> {
  signal(target, 'SIGCONT'); // a stopped one would not hear anything else
  signal(target, name);
  await gone([target], 10_000).catch(() => gone(signal(target, 'SIGKILL'), 10_000));
}

/** @throws when one of them is still there after `forMs` */
export async function gone(processes: readonly ProcessId[], forMs: number): Promise<void> {
  const what = `end of process ${processes.map(({ pid }) => pid).join(', ')}`;
  await until(() => !processes.some(isAlive) || undefined, { forMs, everyMs: 10, what });
}

function send(target: ProcessId, name: NodeJS.Signals): void {
  try {
    process.kill(target.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone in the meantime
  }
}

function descendants(pid: number): ProcessId[] {
  const children = (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [processId(child) ?? [], descendants(child)].flat());
}

/** The fields of /proc/<pid>/stat from the third on, the state; the second, the name, may hold spaces and brackets. */
function stat(pid: number): string[] | undefined {
  return read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // no such process
  }
}
