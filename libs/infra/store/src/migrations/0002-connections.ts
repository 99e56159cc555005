import { type Kysely, sql } from 'kysely';

const statements = [
  sql`CREATE TABLE connections (
    id text PRIMARY KEY,
    organization_id text NOT NULL,
    system text NOT NULL,
    name text NOT NULL,
    environment text NOT NULL,
    endpoint text,
    settings jsonb NOT NULL,
    sealed_credential text,
    is_default boolean NOT NULL,
    version integer NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT connections_name_key UNIQUE (organization_id, system, name)
  )`,
  sql`CREATE UNIQUE INDEX connections_one_default ON connections (organization_id, system) WHERE is_default`,
  sql`CREATE TABLE system_keys (
    system text PRIMARY KEY,
    public_jwk jsonb NOT NULL,
    thumbprint text NOT NULL,
    pinned_at timestamptz NOT NULL,
    refused_thumbprint text,
    refused_at timestamptz
  )`,
  sql`CREATE TABLE announcements (
    system text PRIMARY KEY,
    app_version text NOT NULL,
    announcement jsonb NOT NULL,
    content_hash text NOT NULL,
    announced_at timestamptz NOT NULL
  )`,
];

/** Tables of `@devmesh/connections`. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}
