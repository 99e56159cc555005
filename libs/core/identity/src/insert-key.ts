import { newId, type RateLimit } from '@devmesh/contracts';
import type { Transaction } from '@devmesh/store';
import { hashToken, newToken } from '@devmesh/vault';
import type { Deps } from './deps.ts';
import { type KeyView, keyView } from './views.ts';

const DAY_MS = 24 * 60 * 60_000;
export const DEFAULT_EXPIRY_DAYS = 90;
/** `devmesh_` and the first five random characters. */
const PREFIX_LENGTH = 13;

export interface NewKey {
  userId: string;
  createdBy: string;
  name: string;
  scopes: string[];
  toolset: string;
  expiresInDays?: number | undefined;
  rateLimit?: RateLimit | undefined;
  contextUserId?: string | undefined;
  apiKey?: string | undefined;
}

/** Writes a key, hashed; gives the key itself, which is shown once. */
export async function insertKey(
  { clock }: Pick<Deps, 'clock'>,
  tx: Transaction,
  organizationId: string,
  input: NewKey,
): Promise<{ apiKey: string; key: KeyView }> {
  const now = clock();
  const apiKey = input.apiKey ?? newToken('devmesh_');
  const row = await tx
    .insertInto('api_keys')
    .values({
      id: newId('key', now),
      organization_id: organizationId,
      user_id: input.userId,
      name: input.name,
      prefix: apiKey.slice(0, PREFIX_LENGTH),
      key_hash: hashToken(apiKey),
      scopes: JSON.stringify(input.scopes),
      toolset: input.toolset,
      rate_limit: input.rateLimit === undefined ? null : JSON.stringify(input.rateLimit),
      context_user_id: input.contextUserId ?? null,
      created_by: input.createdBy,
      created_at: now,
      expires_at: new Date(now.getTime() + (input.expiresInDays ?? DEFAULT_EXPIRY_DAYS) * DAY_MS),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { apiKey, key: keyView(row) };
}
