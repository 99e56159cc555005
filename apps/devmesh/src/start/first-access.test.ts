import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFirstAccess } from './first-access.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devmesh-start-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = async (path: string | undefined) => JSON.parse(await readFile(path ?? '', 'utf8')) as unknown;

test('key and link go into a file that only this user reads', async () => {
  const path = await writeFirstAccess(folder, { apiKey: 'key', signInUrl: 'http://link' });
  expect(await read(path)).toEqual({ api_key: 'key', sign_in_url: 'http://link' });
  expect((await stat(path ?? '')).mode & 0o777).toBe(0o600);
});

test('a later start renews the link and keeps the key', async () => {
  await writeFirstAccess(folder, { apiKey: 'key', signInUrl: 'http://old' });
  const path = await writeFirstAccess(folder, { apiKey: undefined, signInUrl: 'http://new' });
  expect(await read(path)).toEqual({ api_key: 'key', sign_in_url: 'http://new' });
});

test('once the owner has a password the old link is gone', async () => {
  await writeFirstAccess(folder, { apiKey: 'key', signInUrl: 'http://old' });
  const path = await writeFirstAccess(folder, { apiKey: undefined, signInUrl: undefined });
  expect(await read(path)).toEqual({ api_key: 'key' });
});

test('with nothing to hand over there is no file', async () => {
  expect(await writeFirstAccess(folder, { apiKey: undefined, signInUrl: undefined })).toBeUndefined();
});
