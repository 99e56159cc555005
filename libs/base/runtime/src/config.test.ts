import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { configHints, loadConfig } from './config.ts';
import { envFlag, envList, envPort } from './settings.ts';

const schema = z.object({
  DATABASE_URL: z.url().describe('Where Postgres is.'),
  DEVMESH_MASTER_KEY: z.string().min(10),
  REST_PORT: envPort().default(8081),
  OPEN: envFlag().default(false),
  ORIGINS: envList().default([]),
});
const usable = { DATABASE_URL: 'postgres://db/x', DEVMESH_MASTER_KEY: 'long enough' };

function faultsOf(source: Record<string, string>) {
  try {
    loadConfig(schema, source);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.faults.map(({ name, message }) => [name, message]));
    throw error;
  }
  return {};
}

function fileWith(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), 'secret');
  writeFileSync(path, text);
  return path;
}

test('gives typed values and defaults', () => {
  expect(loadConfig(schema, { ...usable, REST_PORT: '9', OPEN: 'true', ORIGINS: 'a, b,' })).toEqual({
    ...usable,
    REST_PORT: 9,
    OPEN: true,
    ORIGINS: ['a', 'b'],
  });
});

test('reads X_FILE without its last line break', () => {
  const source = { DATABASE_URL: usable.DATABASE_URL, DEVMESH_MASTER_KEY_FILE: fileWith('from a mounted file\n') };
  expect(loadConfig(schema, source).DEVMESH_MASTER_KEY).toBe('from a mounted file');
});

test('names all faults at once', () => {
  const faults = faultsOf({ DATABASE_URL: 'nonsense', REST_PORT: '70000' });
  expect(Object.keys(faults).sort()).toEqual(['DATABASE_URL', 'DEVMESH_MASTER_KEY', 'REST_PORT']);
  expect(faults['DATABASE_URL']).toContain('Where Postgres is.');
  expect(faults['DEVMESH_MASTER_KEY']).toContain('is missing');
});

test('never shows the value that is wrong', () => {
  expect(JSON.stringify(faultsOf({ ...usable, DEVMESH_MASTER_KEY: 's3cret' }))).not.toContain('s3cret');
});

test('takes an empty variable for an absent one', () => {
  expect(loadConfig(schema, { ...usable, REST_PORT: '' }).REST_PORT).toBe(8081);
  expect(faultsOf({ ...usable, DATABASE_URL: '' })['DATABASE_URL']).toContain('is missing');
});

test('refuses a value that is given twice', () => {
  expect(faultsOf({ ...usable, DEVMESH_MASTER_KEY_FILE: fileWith('x') })['DEVMESH_MASTER_KEY']).toContain('both');
});

test('names a file that cannot be read, once', () => {
  const faults = faultsOf({ DATABASE_URL: usable.DATABASE_URL, DEVMESH_MASTER_KEY_FILE: '/nowhere/at/all' });
  expect(faults).toEqual({ DEVMESH_MASTER_KEY_FILE: 'cannot read /nowhere/at/all (ENOENT)' });
});

test('offers the name that was meant', () => {
  expect(faultsOf({ DEVMESH_MASTER_KEY: usable.DEVMESH_MASTER_KEY, DATABSE_URL: 'x' })['DATABASE_URL']).toContain(
    'DATABSE_URL is set',
  );
  expect(configHints(schema, { DEVMESH_MASTERKEY: 'x', DEVMESH_MASTER_KEY_FILE: 'x', OTHER: 'x' })).toEqual([
    'DEVMESH_MASTERKEY is not known and ignored. Did you mean DEVMESH_MASTER_KEY?',
  ]);
});
