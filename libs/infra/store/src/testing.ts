import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import { openEmbedded } from './embedded/open-embedded.ts';
import type { EmbeddedStore } from './embedded/open-embedded.ts';
import { migrate } from './migrate.ts';

export interface TestStoreOptions {
  /** Default 3,000: a test that waits for itself fails quickly, and says why. */
  acquireTimeoutMs?: number;
}

/**
 * A migrated database in memory, for one test file: less than a second, from a dump that the first to ask makes. Close it in
 * `afterAll`.
 */
export async function openTestStore({ acquireTimeoutMs = 3_000 }: TestStoreOptions = {}): Promise<EmbeddedStore> {
  return openMemory(await migratedDump(), acquireTimeoutMs);
}

export interface TestDatabase {
  url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/** A new, empty database on the server of `serverUrl`; `migrate` is the caller's. */
export async function createTestDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `test_${createHash('sha256')
    .update(`${String(process.pid)} ${String(Math.random())}`)
    .digest('hex')
    .slice(0, 16)}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(serverUrl, `drop database if exists ${name} with (force)`) };
}

async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function openMemory(dumpFile: string | undefined, acquireTimeoutMs: number): Promise<EmbeddedStore> {
  const metrics = createMetrics({ service: 'test' });
  const options = { folder: 'memory', logger: silentLogger(), metrics, acquireTimeoutMs };
  return openEmbedded({ ...options, ...(dumpFile !== undefined && { dumpFile }) });
}

const PREFIX = 'devmesh-test-store-';

async function migratedDump(): Promise<string> {
  const file = join(tmpdir(), `${PREFIX}${migrationsHash()}.tar`);
  if (existsSync(file)) return file;
  await removeOld();
  const store = await openMemory(undefined, 30_000);
  try {
    await migrate(store.db);
    // Suites that start together each make one; the rename makes the last of these equals win, never half a file.
    const draft = `${file}.${String(process.pid)}`;
    await writeFile(draft, await store.dump());
    await rename(draft, file);
    return file;
  } finally {
    await store.close();
  }
}

function migrationsHash(): string {
  const hash = createHash('sha256').update(readFileSync(join(import.meta.dirname, '../package.json')));
  const folder = join(import.meta.dirname, 'migrations');
  for (const name of globSync('*.{ts,js}', { cwd: folder }).sort())
    hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

/** A dump is tens of megabytes, and every change of a migration makes a new one. */
async function removeOld(): Promise<void> {
  const dayAgo = Date.now() - 24 * 3_600_000;
  for (const name of globSync(`${PREFIX}*`, { cwd: tmpdir() })) {
    const path = join(tmpdir(), basename(name));
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) < dayAgo) await rm(path, { force: true });
  }
}
