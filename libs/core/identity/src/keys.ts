import { appendAudit } from '@devmesh/audit';
import { AppError, type Principal } from '@devmesh/contracts';
import { inTransaction, type Transaction } from '@devmesh/store';
import { actorOf } from './actor.ts';
import { recordChanges } from './changes.ts';
import type { Deps } from './deps.ts';
import { parseInput } from './input.ts';
import { insertKey } from './insert-key.ts';
import { CreateKey, grantFrom } from './key-grant.ts';
import { type KeyView, keyView } from './views.ts';

/** Makes a key within what the maker holds; the key itself is shown only here. */
export async function createKey(
  deps: Deps,
  principal: Principal,
  input: unknown,
): Promise<{ apiKey: string; key: KeyView }> {
  const userId = assertMayManage(principal);
  const wanted = parseInput(CreateKey, input);
  const grant = grantFrom(principal, wanted, deps.maxRateLimit);
  return inTransaction(deps.db, async (tx) => {
    const made = await insertKey(deps, tx, principal.organizationId, {
      ...grant,
      userId,
      createdBy: principal.id,
      name: wanted.name,
      expiresInDays: wanted.expires_in_days,
    });
    await audit(deps, tx, principal, 'key.created', made.key);
    return made;
  });
}

export interface KeyPage {
  data: KeyView[];
  /** Null on the last page. */
  next_cursor: string | null;
  has_more: boolean;
}

/** The organisation's keys, newest first; people without the scope `admin` see their own. Revoked ones stay listed. */
export async function listKeys(
  { db }: Deps,
  principal: Principal,
  { cursor, limit = 100 }: { cursor?: string | undefined; limit?: number | undefined } = {},
): Promise<KeyPage> {
  const userId = assertMayManage(principal);
  const rows = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('organization_id', '=', principal.organizationId)
    .$if(!isAdmin(principal), (query) => query.where('user_id', '=', userId))
    .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const data = rows.slice(0, limit).map(keyView);
  const hasMore = rows.length > limit;
  return { data, next_cursor: hasMore ? (data.at(-1)?.id ?? null) : null, has_more: hasMore };
}

/**
 * Ends a key for good: this process forgets it before the promise resolves, the others within a second.
 * `not_found` for a key of another organisation. Revoking twice changes nothing.
 */
export async function revokeKey(deps: Deps, principal: Principal, keyId: string): Promise<KeyView> {
  const userId = assertMayManage(principal);
  const revoked = await inTransaction(deps.db, async (tx) => {
    const row = await lockKey(tx, principal.organizationId, keyId);
    if (!row || (!isAdmin(principal) && row.user_id !== userId)) throw noSuchKey(keyId);
    if (row.revoked_at) return keyView(row);
    const now = deps.clock();
    await tx
      .updateTable('api_keys')
      .set({ revoked_at: now })
      .where('organization_id', '=', principal.organizationId)
      .where('id', '=', keyId)
      .execute();
    const view = keyView({ ...row, revoked_at: now });
    await audit(deps, tx, principal, 'key.revoked', view);
    await recordChanges(tx, principal.organizationId, [{ kind: 'key', id: keyId }], now);
    return view;
  });
  await deps.publishChanges();
  return revoked;
}

/** Keys are managed by administrators; a person may also manage their own. */
function assertMayManage(principal: Principal): string {
  if (principal.userId !== undefined && (principal.kind === 'person' || isAdmin(principal))) return principal.userId;
  throw new AppError('forbidden', 'This key may not manage keys: it lacks the scope "admin".', {
    suggestion: 'Use a key with the scope admin, or sign in: POST /api/v1/auth/login.',
  });
}

function isAdmin({ scopes }: Principal): boolean {
  return scopes.includes('admin');
}

function lockKey(tx: Transaction, organizationId: string, keyId: string) {
  return tx
    .selectFrom('api_keys')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', keyId)
    .forUpdate()
    .executeTakeFirst();
}

function noSuchKey(keyId: string): AppError {
  return new AppError('not_found', `There is no key ${keyId} here.`, {
    suggestion: 'List them: devmesh key list, or GET /api/v1/api-keys.',
  });
}

async function audit(deps: Deps, tx: Transaction, principal: Principal, action: string, key: KeyView): Promise<void> {
  await appendAudit(tx, {
    organizationId: principal.organizationId,
    at: deps.clock(),
    actor: actorOf(principal),
    action,
    outcome: 'ok',
    target: key.id,
    details: {
      name: key.name,
      prefix: key.prefix,
      scopes: key.scopes,
      toolset: key.toolset,
      expires_at: key.expires_at,
    },
  });
}
