import { type Kysely, sql } from 'kysely';

const statements = [
  sql`CREATE TABLE organizations (
    id text PRIMARY KEY,
    slug text NOT NULL CONSTRAINT organizations_slug_key UNIQUE,
    name text NOT NULL,
    subscription_tier text NOT NULL DEFAULT 'free',
    company_size text,
    industry text,
    use_case text,
    created_at timestamptz NOT NULL
  )`,
  sql`CREATE TABLE users (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    email text NOT NULL CONSTRAINT users_email_key UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    email_verified boolean NOT NULL DEFAULT false,
    password_hash text,
    login_attempts integer NOT NULL DEFAULT 0,
    login_attempted_at timestamptz,
    locked_until timestamptz,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL
  )`,
  sql`CREATE INDEX users_organization ON users (organization_id, created_at)`,
  sql`CREATE TABLE sessions (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('token', 'browser')),
    cookie_hash text UNIQUE,
    user_agent text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_reason text
  )`,
  sql`CREATE INDEX sessions_user ON sessions (organization_id, user_id)`,
  sql`CREATE TABLE refresh_tokens (
    token_hash text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    session_id text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
  )`,
  sql`CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)`,
  sql`CREATE TABLE sign_in_links (
    token_hash text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
  )`,
  sql`CREATE INDEX sign_in_links_user ON sign_in_links (user_id)`,
  sql`CREATE TABLE api_keys (
    id text PRIMARY KEY,
    organization_id text NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    prefix text NOT NULL,
    key_hash text NOT NULL UNIQUE,
    scopes jsonb NOT NULL,
    toolset text NOT NULL,
    rate_limit jsonb,
    context_user_id text,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
  )`,
  sql`CREATE INDEX api_keys_organization ON api_keys (organization_id, id)`,
  sql`CREATE TABLE identity_generation (
    id integer PRIMARY KEY CHECK (id = 1),
    generation bigint NOT NULL
  )`,
  sql`INSERT INTO identity_generation (id, generation) VALUES (1, 0)`,
  sql`CREATE TABLE identity_changes (
    generation bigint PRIMARY KEY,
    organization_id text NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('key', 'session', 'user')),
    subject_id text NOT NULL,
    changed_at timestamptz NOT NULL
  )`,
];

/** Tables of `@devmesh/identity`. */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}
