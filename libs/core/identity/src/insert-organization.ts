import { newId } from '@devmesh/contracts';
import type { Transaction } from '@devmesh/store';
import type { Deps } from './deps.ts';
import { insertKey } from './insert-key.ts';
import { scopesOfRole } from './roles.ts';
import { type KeyView, type OrganizationView, organizationView, type UserView, userView } from './views.ts';

export interface NewOrganization {
  slug: string;
  name: string;
  companySize?: string | undefined;
  industry?: string | undefined;
  useCase?: string | undefined;
  owner: { id: string; email: string; name: string; passwordHash: string | null };
  /** A key chosen by the operator instead of a new one. */
  apiKey?: string | undefined;
}

export interface Registered {
  organization: OrganizationView;
  user: UserView;
  /** The key itself: the only time that it is shown. */
  apiKey: string;
  key: KeyView;
}

/** Writes organisation, owner and first key. */
export async function insertOrganization(deps: Deps, tx: Transaction, input: NewOrganization): Promise<Registered> {
  const now = deps.clock();
  const organization = await tx
    .insertInto('organizations')
    .values({
      id: newId('org', now),
      slug: input.slug,
      name: input.name,
      company_size: input.companySize ?? null,
      industry: input.industry ?? null,
      use_case: input.useCase ?? null,
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const user = await tx
    .insertInto('users')
    .values({
      id: input.owner.id,
      organization_id: organization.id,
      email: input.owner.email,
      name: input.owner.name,
      role: 'owner',
      password_hash: input.owner.passwordHash,
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const { apiKey, key } = await insertKey(deps, tx, organization.id, {
    userId: user.id,
    createdBy: `user:${user.id}`,
    name: 'first key',
    scopes: [...scopesOfRole('owner')],
    toolset: 'all',
    apiKey: input.apiKey,
  });
  return { organization: organizationView(organization), user: userView(user), apiKey, key };
}
