import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@devmesh/contracts';
import { codeOf } from './database-error.ts';
import { bootMark, isAlive } from './process-mark.ts';

/** What the holder wants others to find: ports, addresses. No secrets. */
export type LockFacts = Readonly<Record<string, string | number | boolean>>;

export interface FolderLockContent {
  pid: number;
  /** ISO 8601. */
  since: string;
  facts: LockFacts;
  /** False when the holder died without releasing. */
  alive: boolean;
}

export interface FolderLock {
  release(): Promise<void>;
  /** Replaces the facts. */
  update(facts: LockFacts): Promise<void>;
}

interface LockFile {
  pid: number;
  since: string;
  facts: LockFacts;
  token: string;
  /** Tells this process from a later one with the same pid. */
  mark?: string;
}

const LOCK = 'devmesh.lock';

/**
 * Makes this process the only one that uses `folder`, until it releases or dies. The lock of a dead process is taken over.
 * @throws AppError `conflict`, naming the pid that has it and since when.
 */
export async function lockFolder(
  folder: string,
  facts: LockFacts,
  clock: () => Date = () => new Date(),
): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const token = randomBytes(12).toString('hex');
  const mark = bootMark(process.pid);
  const own: LockFile = {
    pid: process.pid,
    since: clock().toISOString(),
    facts,
    token,
    ...(mark !== undefined && { mark }),
  };
  const path = join(folder, LOCK);
  const draft = `${path}.${token}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    while (!(await claim(path, draft))) {
      const holder = await readLock(path);
      if (holder === undefined) continue;
      if (isHeld(holder)) throw taken(folder, holder);
      await takeOver(path, draft, holder);
    }
  } finally {
    await rm(draft, { force: true });
  }

  return {
    async release() {
      if ((await readLock(path))?.token === token) await rm(path, { force: true });
    },
    async update(next) {
      await writeFile(draft, JSON.stringify({ ...own, facts: next }), { mode: 0o600 });
      await rename(draft, path);
    },
  };
}

/** Who has the folder; undefined where nobody does. */
export async function readFolderLock(folder: string): Promise<FolderLockContent | undefined> {
  const lock = await readLock(join(folder, LOCK));
  if (lock === undefined) return undefined;
  return { pid: lock.pid, since: lock.since, facts: lock.facts, alive: isHeld(lock) };
}

/** A link to a finished file: it appears whole or not at all, and fails where one is already. */
async function claim(path: string, draft: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a dead process's lock. Several may want to: only the one that gets the claim named after that very lock may remove
 * it, after having seen that it is still that lock.
 */
async function takeOver(path: string, draft: string, dead: LockFile): Promise<void> {
  const permit = `${path}.over-${dead.token}`;
  if (!(await claim(permit, draft))) {
    const claimant = await readLock(permit);
    if (claimant !== undefined && !isHeld(claimant)) await rm(permit, { force: true });
    return;
  }
  try {
    if ((await readLock(path))?.token === dead.token) await rm(path, { force: true });
  } finally {
    await rm(permit, { force: true });
  }
}

async function readLock(path: string): Promise<LockFile | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockFile;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    // Not ours and not readable: nobody can hold it.
    if (error instanceof SyntaxError) return { pid: 0, since: '', facts: {}, token: 'unreadable' };
    throw error;
  }
}

function isHeld({ pid, mark }: LockFile): boolean {
  return isAlive(pid) && (mark === undefined || mark === bootMark(pid));
}

function taken(folder: string, { pid, since }: LockFile): AppError {
  return new AppError('conflict', `The data folder ${folder} is in use by process ${String(pid)} since ${since}.`, {
    suggestion: `Stop it (kill ${String(pid)}) or choose another folder with DEVMESH_DATA_DIR.`,
    details: { pid, since },
  });
}
