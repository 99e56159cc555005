import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { AppError } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import type { Db, Transaction } from './database.ts';
import { codeOf } from './database-error.ts';
import { migrations } from './migrations/index.ts';

export interface MigrationResult {
  /** Names, in the order in which they ran just now. */
  applied: string[];
  /** The last one that the database has. */
  version: string;
}

export interface SchemaVersion {
  /** The last migration that the database has; undefined before the first. */
  applied: string | undefined;
  /** The last one that this release knows. */
  expected: string;
  pending: string[];
  /** Whether the database has all that this release needs; it may have more. */
  isReady: boolean;
}

/** `devm` as a number; the same in every release, or two of them would migrate at once. */
const MIGRATION_LOCK = 0x6465766d;
const names = Object.keys(migrations).sort();
const newest = names.at(-1) ?? '';

/**
 * Runs what is missing, each migration in a transaction of its own. Any number of processes may do so at once: they take
 * turns, and the later ones find nothing left to do.
 * @throws AppError `unavailable` when the database is away; what a migration throws, and then nothing of it is there.
 */
export async function migrate(db: Db, { logger }: { logger?: Logger } = {}): Promise<MigrationResult> {
  const applied: string[] = [];
  for (const name of names) {
    const startedAt = performance.now();
    const ran = await db.transaction().execute((transaction) => migrateOne(transaction, name, logger));
    if (!ran) continue;
    applied.push(name);
    logger?.info('migrated', { migration: name, duration_ms: Math.round(performance.now() - startedAt) });
  }
  return { applied, version: newest };
}

async function migrateOne(transaction: Transaction, name: string, logger: Logger | undefined): Promise<boolean> {
  // An index on a large table takes as long as it takes, and so does waiting for another process that builds it.
  await sql`set local statement_timeout = 0`.execute(transaction);
  await sql`set local lock_timeout = 0`.execute(transaction);
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction);
  await sql`create table if not exists schema_migration (
    name text primary key,
    applied_at timestamptz not null default now()
  )`.execute(transaction);
  const { rows } = await sql`select 1 from schema_migration where name = ${name}`.execute(transaction);
  if (rows.length > 0) return false;
  logger?.info('migrating', { migration: name });
  await migrations[name]?.up(transaction as unknown as Kysely<never>);
  await sql`insert into schema_migration (name) values (${name})`.execute(transaction);
  return true;
}

export async function schemaVersion(db: Db): Promise<SchemaVersion> {
  const done = await appliedNames(db);
  const pending = names.filter((name) => !done.includes(name));
  return { applied: done.at(-1), expected: newest, pending, isReady: pending.length === 0 };
}

async function appliedNames(db: Db): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from schema_migration order by name`.execute(db);
    return rows.map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === '42P01') return [];
    throw error;
  }
}

/**
 * Waits until another process (the worker's `migrate`) has migrated; a database that is away is waited for as well.
 * @throws AppError `unavailable` after `timeoutMs`.
 */
export async function waitForSchema(
  db: Db,
  { timeoutMs, logger }: { timeoutMs: number; logger?: Logger },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let said = false;
  for (;;) {
    const found = await schemaVersion(db).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'unavailable') return undefined;
      throw error;
    });
    if (found?.isReady === true) return;
    if (performance.now() >= deadline) throw notMigrated(found);
    if (!said) logger?.info('waiting for the database to be migrated', { pending: found?.pending });
    said = true;
    await delay(250);
  }
}

function notMigrated(found: SchemaVersion | undefined): AppError {
  if (found === undefined) {
    return new AppError('unavailable', 'The database cannot be reached.', {
      suggestion: 'Check DATABASE_URL and the server.',
    });
  }
  return new AppError('unavailable', `The database lacks the migrations ${found.pending.join(', ')}.`, {
    suggestion: 'Run the worker’s `migrate` entry once, from the same release.',
  });
}
