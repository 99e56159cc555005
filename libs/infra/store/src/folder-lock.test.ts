import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockFolder, readFolderLock } from './folder-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devmesh-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lockOf = (lock: object) => writeFile(join(folder, 'devmesh.lock'), JSON.stringify(lock));
const deadPid = () => spawnSync('true').pid;

test('names the process that has the folder, since when, and what to do', async () => {
  const other = spawn('sleep', ['60']);
  await once(other, 'spawn');
  await lockOf({ pid: other.pid, since: '2026-02-03T04:05:06.000Z', facts: { port: 1 }, token: 'x' });
  await expect(lockFolder(folder, {})).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`process ${String(other.pid)} since 2026-02-03T04:05:06.000Z`),
    suggestion: expect.stringContaining('DEVMESH_DATA_DIR'),
  });
  expect(await readFolderLock(folder)).toMatchObject({ pid: other.pid, alive: true, facts: { port: 1 } });
  other.kill();
});

test('takes over from a process that died, whatever half-written file it left', async () => {
  await lockOf({ pid: deadPid(), since: '', facts: {}, token: 'x' });
  expect(await readFolderLock(folder)).toMatchObject({ alive: false });
  await (await lockFolder(folder, {})).release();
  await writeFile(join(folder, 'devmesh.lock'), '{"pid":');
  await (await lockFolder(folder, {})).release();
});

test('sees through a pid that was given to another process', async () => {
  await lockOf({ pid: process.pid, since: '', facts: {}, token: 'x', mark: 'an earlier boot:1' });
  await (await lockFolder(folder, {})).release();
});

test('of many that want a dead one’s lock exactly one gets it', async () => {
  for (let round = 0; round < 20; round++) {
    await lockOf({ pid: deadPid(), since: '', facts: {}, token: `dead-${String(round)}` });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder, {})));
    const got = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(got).toHaveLength(1);
    await got[0]?.value.release();
  }
  expect(await readdir(folder)).toEqual([]);
});

test('updates its facts, and gives back only its own lock', async () => {
  const lock = await lockFolder(folder, { port: 1 });
  await lock.update({ port: 2 });
  expect(await readFolderLock(folder)).toMatchObject({ pid: process.pid, facts: { port: 2 }, alive: true });
  await lockOf({ pid: process.pid, since: '', facts: {}, token: 'of another' });
  await lock.release();
  expect(await readFolderLock(folder)).toBeDefined();
});
