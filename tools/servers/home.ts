import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Debian's and Ubuntu's `nobody:nogroup`: who runs the servers when we are root, because initdb refuses root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** The user of every program we start: nobody when we are root, else ourselves. Spreads into `spawn` options. */
export function serverUser(): { uid: number; gid: number } | Record<string, never> {
  return isRoot() ? NOBODY : {};
}

/** The folder of programs, data, logs and records. */
export function serversDir(env: NodeJS.ProcessEnv): string {
  if (env['TEST_SERVERS_DIR']) return resolve(env['TEST_SERVERS_DIR']);
  if (isRoot()) return '/var/tmp/devmesh-servers'; // where nobody may read it, unlike root's home
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'devmesh', 'servers');
}

/** Makes the top folder, and refuses one that somebody else has put there. */
export function makeServersDir(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const found = lstatSync(dir);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) throw new Error(`${dir} is not a folder of ours`);
  if (isRoot()) chmodSync(dir, 0o755);
}

/** Makes a folder that the servers' user can write; the folder above it must be there. */
export function makeDir(dir: string): string {
  mkdirSync(dir, { recursive: true });
  giveAway(dir);
  return dir;
}

/** Writes a file that the servers' user can read, with its folder. */
export function writeFor(path: string, text: string): void {
  makeDir(dirname(path));
  writeFileSync(path, text);
  giveAway(path);
}

function giveAway(path: string): void {
  if (isRoot()) chownSync(path, NOBODY.uid, NOBODY.gid);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
