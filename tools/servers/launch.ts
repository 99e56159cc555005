import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeDir, serverUser, writeFor } from './home.ts';
import { end, isAlive, processId, type ProcessId } from './process.ts';
import { run } from './run.ts';
import type { ServerKind, ServerPlan } from './server-kind.ts';
import { until } from './until.ts';

/**
 * Starts a server that outlives us, in a session of its own, and resolves once it serves.
 * Its output is appended to `<dir>/log`.
 * @throws with the end of its log, when it does not serve within 30 seconds
 */
export async function launch(dir: string, kind: ServerKind, plan: ServerPlan): Promise<ProcessId> {
  makeDir(dir);
  for (const [name, text] of Object.entries(plan.files)) writeFor(join(dir, name), text);
  await initialise(dir, plan);
  for (let triesLeft = TRIES - 1; ; triesLeft--) {
    const begun = performance.now();
    try {
      return await start(dir, kind, plan);
    } catch (error) {
      // A predecessor that was killed a moment ago keeps its lock until the system has buried it.
      if (triesLeft === 0 || performance.now() - begun > ENDS_AT_ONCE_MS) throw error;
      await pause(RETRY_MS);
    }
  }
}

const TRIES = 4;
const RETRY_MS = 1_000;
const ENDS_AT_ONCE_MS = 3_000;

async function start(dir: string, kind: ServerKind, plan: ServerPlan): Promise<ProcessId> {
  const started = await detach(dir, plan);
  try {
    await until(() => (isAlive(started) ? kind.version(plan.url) : 'ended'), { forMs: 30_000, what: plan.program });
    if (!isAlive(started)) throw new Error(`${plan.program} ended`);
    return started;
  } catch (error) {
    await end(started, 'SIGKILL');
    throw new Error(`${(error as Error).message}; its log ends:\n${logEnd(dir)}`, { cause: error });
  }
}

async function initialise(dir: string, { init }: ServerPlan): Promise<void> {
  if (!init || existsSync(init.creates)) return;
  const unfinished = `${init.creates}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const args = init.args.map((arg) => (arg === '{}' ? unfinished : arg));
  await run(init.program, args, dir);
  renameSync(unfinished, init.creates);
}

async function detach(dir: string, { program, args, cwd }: ServerPlan): Promise<ProcessId> {
  const log = openSync(join(dir, 'log'), 'a', 0o644);
  const env = { PATH: process.env['PATH'], HOME: dir, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', log, log], ...serverUser() });
  closeSync(log);
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  child.unref();
  const started = processId(Number(child.pid));
  if (!started) throw new Error(`${program} ended at once:\n${logEnd(dir)}`);
  return started;
}

function logEnd(dir: string): string {
  return readFileSync(join(dir, 'log'), 'utf8').slice(-1500);
}
