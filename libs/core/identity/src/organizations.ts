import { AppError } from '@devmesh/contracts';
import type { DbOrTransaction } from '@devmesh/store';
import { type OrganizationView, organizationView, type UserView, userView } from './views.ts';

export async function organizationBySlug(db: DbOrTransaction, slug: string): Promise<OrganizationView | undefined> {
  const row = await db.selectFrom('organizations').selectAll().where('slug', '=', slug).executeTakeFirst();
  return row && organizationView(row);
}

export async function organizationById(
  db: DbOrTransaction,
  organizationId: string,
): Promise<OrganizationView | undefined> {
  const row = await db.selectFrom('organizations').selectAll().where('id', '=', organizationId).executeTakeFirst();
  return row && organizationView(row);
}

/** The oldest one: whose the environment's connections are in one process. */
export async function firstOrganization(db: DbOrTransaction): Promise<OrganizationView | undefined> {
  const row = await oldest(db, 1);
  return row[0] && organizationView(row[0]);
}

/** The one organisation there is; undefined when there is none, or more than one. */
export async function onlyOrganization(db: DbOrTransaction): Promise<OrganizationView | undefined> {
  const [first, second] = await oldest(db, 2);
  return first && !second ? organizationView(first) : undefined;
}

/** The organisation's first owner, and whether they have set a password yet. */
export async function ownerOf(
  db: DbOrTransaction,
  organizationId: string,
): Promise<UserView & { has_password: boolean }> {
  const row = await db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('role', '=', 'owner')
    .orderBy('created_at')
    .orderBy('id')
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', 'This organisation has no owner.');
  return { ...userView(row), has_password: row.password_hash !== null };
}

function oldest(db: DbOrTransaction, count: number) {
  return db.selectFrom('organizations').selectAll().orderBy('created_at').orderBy('id').limit(count).execute();
}
