import { AppError, newId } from '@devmesh/contracts';
import { appendAudit } from '@devmesh/audit';
import { inTransaction, isUniqueViolation, sql, type Transaction } from '@devmesh/store';
import { z } from 'zod';
import { normalEmail } from './check-password.ts';
import type { Deps } from './deps.ts';
import { insertOrganization, type NewOrganization, type Registered } from './insert-organization.ts';
import { parseInput } from './input.ts';
import { Password } from './passwords.ts';

const OptionalText = z.string().max(200).optional();

export const OrganizationSlug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{2,49}$/, 'must have 3 to 50 of a–z, 0–9 and "-", and begin with a letter or digit');

/** `POST /api/v1/auth/register/organization`, with the contract's own field names. */
export const RegisterOrganization = z.strictObject({
  organization_name: z.string().trim().min(1).max(200),
  organization_slug: OrganizationSlug,
  admin_email: z.email().max(320),
  admin_name: z.string().trim().min(1).max(200),
  admin_password: Password,
  company_size: OptionalText,
  industry: OptionalText,
  use_case: z.string().max(2_000).optional(),
});
export type RegisterOrganization = z.infer<typeof RegisterOrganization>;

export interface Registration extends Registered {
  message: string;
}

/** One lock for everything that asks how many organisations there are before it makes one. */
const FIRST_ORGANIZATION_LOCK = 7_203_511;

/**
 * Makes an organisation, its owner and their first key (scopes of the owner, toolset `all`; shown only here).
 * `invalid_input` names each bad field, `conflict` a slug or e-mail that is taken, `forbidden` where registration is closed.
 */
export async function registerOrganization(deps: Deps, input: unknown): Promise<Registration> {
  await assertOpen(deps, deps.db);
  const fields = parseInput(RegisterOrganization, input);
  const organization = newOrganization(fields, await deps.passwords.hash(fields.admin_password));
  try {
    return await inTransaction(deps.db, async (tx) => {
      if (deps.openRegistration === 'first-only') await takeFirstOrganizationLock(tx);
      await assertOpen(deps, tx);
      await assertFree(tx, organization.slug, organization.owner.email);
      const registered = await insertOrganization(deps, tx, organization);
      await auditRegistered(tx, registered, deps.clock());
      return {
        ...registered,
        message: `Keep the key: it is shown only now, and expires on ${registered.key.expires_at.slice(0, 10)}.`,
      };
    });
  } catch (error) {
    // Two registrations at the same moment: the loser meets the constraint instead of the check.
    if (isUniqueViolation(error)) throw taken({ organization_slug: 'or admin_email is taken' });
    throw error;
  }
}

/** Held until the transaction ends. */
export async function takeFirstOrganizationLock(tx: Transaction): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${FIRST_ORGANIZATION_LOCK}::bigint)`.execute(tx);
}

function newOrganization(fields: RegisterOrganization, passwordHash: string): NewOrganization {
  return {
    slug: fields.organization_slug,
    name: fields.organization_name,
    companySize: fields.company_size,
    industry: fields.industry,
    useCase: fields.use_case,
    owner: { id: newId('usr'), email: normalEmail(fields.admin_email), name: fields.admin_name, passwordHash },
  };
}

async function assertOpen({ openRegistration }: Deps, db: Pick<Transaction, 'selectFrom'>): Promise<void> {
  if (openRegistration === 'open') return;
  const first =
    openRegistration === 'first-only' &&
    !(await db.selectFrom('organizations').select('id').limit(1).executeTakeFirst());
  if (first) return;
  throw new AppError('forbidden', 'Registration of organisations is closed here.', {
    suggestion: 'Ask an owner of your organisation for a key, or the operator to open registration.',
  });
}

async function assertFree(tx: Transaction, slug: string, email: string): Promise<void> {
  const sameSlug = await tx.selectFrom('organizations').select('id').where('slug', '=', slug).executeTakeFirst();
  const sameEmail = await tx.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  if (!sameSlug && !sameEmail) return;
  throw taken({ ...(sameSlug && { organization_slug: 'is taken' }), ...(sameEmail && { admin_email: 'is taken' }) });
}

function taken(fields: Record<string, string>): AppError {
  const list = Object.entries(fields).map(([field, problem]) => `${field} ${problem}`);
  return new AppError('conflict', `${list.join(', ')}.`, {
    details: { fields },
    suggestion: 'Choose another one, or sign in: POST /api/v1/auth/login.',
  });
}

async function auditRegistered(tx: Transaction, { organization, user, key }: Registered, at: Date): Promise<void> {
  const actor = { id: `user:${user.id}`, label: user.email, kind: 'person' as const };
  const shared = { organizationId: organization.id, at, actor, outcome: 'ok' as const };
  await appendAudit(tx, {
    ...shared,
    action: 'organization.registered',
    target: organization.id,
    details: { slug: organization.slug },
  });
  await appendAudit(tx, {
    ...shared,
    action: 'key.created',
    target: key.id,
    details: { name: key.name, scopes: key.scopes, toolset: key.toolset },
  });
}
