import { readFileSync } from 'node:fs';
import { codeOf } from './database-error.ts';

/** Whether a process with this pid exists; another user's counts. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * What tells a process from an earlier one with the same pid (in a container everything is process 1): boot and start time.
 * Undefined where the system does not say (not Linux) or the process is gone.
 */
export function bootMark(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The command's name, in brackets, may contain anything; field 22 counts from before it.
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot}:${startTicks ?? ''}`;
  } catch {
    return undefined;
  }
}
