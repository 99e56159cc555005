import type { ColumnType, Generated } from 'kysely';

type Json = ColumnType<unknown, string, string>;
type NullableJson = ColumnType<unknown, string | null | undefined, string | null>;

/** Tables of `@devmesh/identity`; nobody else queries them. */
export interface IdentityTables {
  organizations: {
    id: string;
    slug: string;
    name: string;
    subscription_tier: Generated<string>;
    company_size: string | null;
    industry: string | null;
    use_case: string | null;
    created_at: Date;
  };
  users: {
    id: string;
    organization_id: string;
    /** Lower case, unique over all organisations: a login names no organisation. */
    email: string;
    name: string;
    role: string;
    email_verified: Generated<boolean>;
    /** Null until the owner of a first start has used a sign-in link. */
    password_hash: string | null;
    /** Attempts reserved since the last right password; see `locked_until`. */
    login_attempts: Generated<number>;
    login_attempted_at: Date | null;
    locked_until: Date | null;
    disabled_at: Date | null;
    created_at: Date;
  };
  /** One row per sign-in: a browser's (with `cookie_hash`) or a family of refresh tokens. */
  sessions: {
    id: string;
    organization_id: string;
    user_id: string;
    kind: 'token' | 'browser';
    cookie_hash: string | null;
    user_agent: string | null;
    created_at: Date;
    expires_at: Date;
    revoked_at: Date | null;
    revoked_reason: string | null;
  };
  refresh_tokens: {
    token_hash: string;
    organization_id: string;
    session_id: string;
    created_at: Date;
    expires_at: Date;
    /** A second use of a used token revokes the whole session. */
    used_at: Date | null;
  };
  sign_in_links: {
    token_hash: string;
    organization_id: string;
    user_id: string;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
  };
  api_keys: {
    id: string;
    organization_id: string;
    user_id: string;
    name: string;
    /** The first characters, to recognise a key by; never enough to use it. */
    prefix: string;
    key_hash: string;
    scopes: Json;
    toolset: string;
    rate_limit: NullableJson;
    context_user_id: string | null;
    created_by: string;
    created_at: Date;
    expires_at: Date;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  /** One row for the whole installation; every door reads it twice a second. */
  identity_generation: { id: number; generation: ColumnType<string | number, number, unknown> };
  /** What each generation changed, so that a door which lost a bus message still forgets exactly that. */
  identity_changes: {
    generation: ColumnType<string | number, number, never>;
    organization_id: string;
    subject_kind: 'key' | 'session' | 'user';
    subject_id: string;
    changed_at: Date;
  };
}
