import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadMasterKey } from './master-key.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'devmesh-vault-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const refusal = (message: string, suggestion: string) => ({
  code: 'invalid_input',
  message: expect.stringContaining(message),
  suggestion: expect.stringContaining(suggestion),
});

test('a value in either base64 alphabet is the key', async () => {
  const key = randomBytes(32);
  for (const value of [key.toString('base64'), `${key.toString('base64url')}\n`])
    expect(Buffer.compare(await loadMasterKey({ value, file: '/nowhere' }), key)).toBe(0);
});

test('an absent file is made, closed to others, and gives the same key ever after', async () => {
  const file = join(folder, 'new', 'master.key');
  const key = await loadMasterKey({ file });
  expect(key).toHaveLength(32);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await loadMasterKey({ file })).toEqual(key);
});

test('processes that start together agree on one key and leave nothing else behind', async () => {
  const file = join(folder, 'master.key');
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadMasterKey({ file })));
  expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
  expect(await readdir(folder)).toEqual(['master.key']);
});

test('a file that others can read is refused with the command that closes it', async () => {
  const file = join(folder, 'master.key');
  await loadMasterKey({ file });
  for (const mode of [0o640, 0o604]) {
    await chmod(file, mode);
    await expect(loadMasterKey({ file })).rejects.toMatchObject(refusal('by others', `chmod 600 ${file}`));
  }
});

test('a key of the wrong length, no base64 or an empty file is refused and never replaced', async () => {
  const file = join(folder, 'master.key');
  for (const [text, said] of [
    [randomBytes(16).toString('base64'), '16 bytes'],
    ['not base64!', 'not base64'],
    ['', '0 bytes'],
  ] as const) {
    await writeFile(file, text, { mode: 0o600 });
    await expect(loadMasterKey({ file })).rejects.toMatchObject(refusal(said, 'used before'));
    await expect(loadMasterKey({ value: text })).rejects.toMatchObject(refusal(said, 'used before'));
  }
});

test('no message about a bad key carries the key', async () => {
  const value = randomBytes(31).toString('base64');
  const error = (await loadMasterKey({ value }).catch((thrown: unknown) => thrown)) as Error;
  expect(error.message).not.toContain(value);
});

test('a folder, or no source at all, is refused', async () => {
  await expect(loadMasterKey({ file: folder })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(loadMasterKey({})).rejects.toMatchObject(refusal('no master key', 'DEVMESH_MASTER_KEY'));
  await writeFile(join(folder, 'file'), '');
  await expect(loadMasterKey({ file: join(folder, 'file', 'key') })).rejects.toMatchObject({ code: 'invalid_input' });
});
