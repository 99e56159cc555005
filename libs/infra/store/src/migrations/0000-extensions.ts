import { sql } from 'kysely';
import type { Kysely } from 'kysely';

/** What the tables of all areas may use; all four are trusted extensions, so the database's owner may create them. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const extension of ['vector', 'pg_trgm', 'btree_gin', 'pgcrypto']) {
    await sql`create extension if not exists ${sql.id(extension)}`.execute(db);
  }
}
