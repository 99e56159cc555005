import { appendAudit } from '@devmesh/audit';
import { AppError, newId } from '@devmesh/contracts';
import { inTransaction, isUniqueViolation, type Transaction } from '@devmesh/store';
import { normalEmail } from './check-password.ts';
import type { Deps } from './deps.ts';
import { insertOrganization } from './insert-organization.ts';
import { organizationBySlug, ownerOf } from './organizations.ts';
import { takeFirstOrganizationLock } from './register.ts';
import type { KeyView, OrganizationView, UserView } from './views.ts';

export interface EnsureOrganization {
  slug: string;
  name: string;
  ownerEmail: string;
  ownerName: string;
  /** Set by an operator who wants no sign-in link. */
  password?: string;
  /** Set by an operator who already handed the key out: `devmesh_` + at least 40 characters. */
  apiKey?: string;
}

export interface Ensured {
  created: boolean;
  organization: OrganizationView;
  user: UserView;
  /** Only when it was made just now. */
  apiKey?: string;
  key?: KeyView;
}

/** The organisation of a first start, with an owner and a key; does nothing where the slug exists, even when two starts race. */
export async function ensureOrganization(deps: Deps, input: EnsureOrganization): Promise<Ensured> {
  assertKeyShape(input.apiKey);
  const passwordHash = input.password === undefined ? null : await deps.passwords.hash(input.password);
  try {
    return await inTransaction(deps.db, async (tx) => {
      await takeFirstOrganizationLock(tx);
      const existing = await organizationBySlug(tx, input.slug);
      if (existing) return { created: false, organization: existing, user: await ownerOf(tx, existing.id) };
      return create(deps, tx, input, passwordHash);
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw taken(input, error);
    throw error;
  }
}

function taken({ ownerEmail }: EnsureOrganization, cause: unknown): AppError {
  return new AppError('conflict', `The e-mail ${ownerEmail} or the given first key belongs to another organisation.`, {
    cause,
    suggestion: 'Choose another e-mail and key for the organisation of this start.',
  });
}

async function create(
  deps: Deps,
  tx: Transaction,
  input: EnsureOrganization,
  passwordHash: string | null,
): Promise<Ensured> {
  const { slug, name, apiKey, ownerName } = input;
  const owner = { id: newId('usr', deps.clock()), email: normalEmail(input.ownerEmail), name: ownerName, passwordHash };
  const made = await insertOrganization(deps, tx, { slug, name, apiKey, owner });
  await appendAudit(tx, {
    organizationId: made.organization.id,
    at: deps.clock(),
    actor: { id: 'system', label: 'first start', kind: 'system' },
    action: 'organization.registered',
    outcome: 'ok',
    target: made.organization.id,
    details: { slug, key: made.key.id },
  });
  return { created: true, ...made };
}

function assertKeyShape(apiKey: string | undefined): void {
  if (apiKey === undefined || /^devmesh_[A-Za-z0-9_-]{40,120}$/.test(apiKey)) return;
  throw new AppError(
    'invalid_input',
    'The given first key is not `devmesh_` and at least 40 random url-safe characters.',
    {
      suggestion: 'Leave it out, or make one: echo devmesh_$(openssl rand -hex 24)',
    },
  );
}
