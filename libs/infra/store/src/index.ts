export { sql } from 'kysely';
export type {
  ColumnType,
  Generated,
  Insertable,
  JSONColumnType,
  Kysely,
  RawBuilder,
  Selectable,
  Updateable,
} from 'kysely';
export { createBatchWriter } from './batch-writer.ts';
export type { BatchWriter, BatchWriterParts } from './batch-writer.ts';
export type { Db, DbOrTransaction, Store, Transaction } from './database.ts';
export { isUniqueViolation } from './database-error.ts';
export { openEmbedded } from './embedded/open-embedded.ts';
export type { EmbeddedOptions, EmbeddedStore } from './embedded/open-embedded.ts';
export { lockFolder, readFolderLock } from './folder-lock.ts';
export type { FolderLock, FolderLockContent, LockFacts } from './folder-lock.ts';
export { inTransaction } from './in-transaction.ts';
export type { TransactionOptions } from './in-transaction.ts';
export { migrate, schemaVersion, waitForSchema } from './migrate.ts';
export type { MigrationResult, SchemaVersion } from './migrate.ts';
export type { PgPoolClient, PgPoolLike, PgQueryable, PgResult } from './pg-pool-like.ts';
export { openPostgres } from './postgres.ts';
export type { PostgresOptions } from './postgres.ts';
export type { ServerVersion } from './server-version.ts';
export type { Tables } from './tables/index.ts';
