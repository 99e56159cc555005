import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessId } from './process.ts';
import type { ServerPlan } from './server-kind.ts';

/** What is known about a server from one command to the next. */
export type ServerRecord = {
  readonly url: string;
  readonly port: number;
  readonly endSignal: NodeJS.Signals;
  /** Its own folder. */
  readonly dir: string;
  /** Of the plan it was started by; another plan asks for another start. */
  readonly planHash: string;
  readonly process: ProcessId;
  /** Of a private instance: the process that started it. */
  readonly owner?: ProcessId;
};

export function readRecord(serversDir: string, name: string): ServerRecord | undefined {
  const path = recordPath(serversDir, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ServerRecord) : undefined;
}

export function writeRecord(serversDir: string, name: string, record: ServerRecord): void {
  mkdirSync(join(serversDir, 'run'), { recursive: true });
  const path = recordPath(serversDir, name);
  writeFileSync(`${path}.new`, JSON.stringify(record, undefined, 2));
  renameSync(`${path}.new`, path);
}

export function removeRecord(serversDir: string, name: string): void {
  rmSync(recordPath(serversDir, name), { force: true });
}

export function recordNames(serversDir: string): string[] {
  const folder = join(serversDir, 'run');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
}

export function isRunning({ process }: ServerRecord): boolean {
  return isAlive(process);
}

export function planHash(plan: ServerPlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex');
}

function recordPath(serversDir: string, name: string): string {
  return join(serversDir, 'run', `${name}.json`);
}
