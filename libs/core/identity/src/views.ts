import type { RateLimit, Role } from '@devmesh/contracts';
import type { Selectable } from '@devmesh/store';
import type { Tables } from '@devmesh/store';

/** An organisation as the API shows it. */
export interface OrganizationView {
  id: string;
  slug: string;
  name: string;
  subscription_tier: string;
  company_size?: string;
  industry?: string;
  use_case?: string;
  created_at: string;
}

/** A person as the API shows them. */
export interface UserView {
  id: string;
  email: string;
  name: string;
  role: Role;
  email_verified: boolean;
}

/** A key in a list: enough to recognise it, never enough to use it. */
export interface KeyView {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  toolset: string;
  rate_limit?: RateLimit;
  context_user_id?: string;
  user_id: string;
  created_at: string;
  expires_at: string;
  last_used_at?: string;
  revoked_at?: string;
}

export type OrganizationRow = Selectable<Tables['organizations']>;
export type UserRow = Selectable<Tables['users']>;
export type KeyRow = Selectable<Tables['api_keys']>;

export function organizationView(row: OrganizationRow): OrganizationView {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    subscription_tier: row.subscription_tier,
    ...(row.company_size !== null && { company_size: row.company_size }),
    ...(row.industry !== null && { industry: row.industry }),
    ...(row.use_case !== null && { use_case: row.use_case }),
    created_at: row.created_at.toISOString(),
  };
}

export function userView(row: Pick<UserRow, 'id' | 'email' | 'name' | 'role' | 'email_verified'>): UserView {
  return { id: row.id, email: row.email, name: row.name, role: row.role as Role, email_verified: row.email_verified };
}

export function keyView(row: Omit<KeyRow, 'key_hash' | 'organization_id' | 'created_by'>): KeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as string[],
    toolset: row.toolset,
    ...(row.rate_limit !== null && { rate_limit: row.rate_limit as RateLimit }),
    ...(row.context_user_id !== null && { context_user_id: row.context_user_id }),
    user_id: row.user_id,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    ...(row.last_used_at !== null && { last_used_at: row.last_used_at.toISOString() }),
    ...(row.revoked_at !== null && { revoked_at: row.revoked_at.toISOString() }),
  };
}
