import { AppError } from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import { sql, type Db } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';

export interface PostResponse {
  status: number;
  body: unknown;
}

export interface PostKey {
  organizationId: string;
  principalId: string;
  route: string;
  key: string;
}

const KEPT_MS = 24 * 3600 * 1000;
const PURPOSE = 'post-response';

/** Who holds a key, and the answer that was given under it. An answer may hold a secret (a new API key): it is sealed. */
export function createPostKeys({ db, vault, clock, leaseMs }: { db: Db; vault: Vault; clock: Clock; leaseMs: number }) {
  const leaseUntil = () => new Date(clock().getTime() + leaseMs);

  /** Takes the key when it is new, or when whoever took it died without an answer. */
  async function take({ organizationId, principalId, route, key }: PostKey, inputHash: string): Promise<boolean> {
    const lease_until = leaseUntil();
    const taken = await db
      .insertInto('idempotent_posts')
      .values({
        organization_id: organizationId,
        principal_id: principalId,
        route,
        key,
        input_hash: inputHash,
        lease_until,
        created_at: clock(),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['organization_id', 'principal_id', 'route', 'key'])
          .doUpdateSet({ lease_until })
          .where('idempotent_posts.response_sealed', 'is', null)
          .where('idempotent_posts.lease_until', '<', clock())
          .where('idempotent_posts.input_hash', '=', inputHash),
      )
      .returning('key')
      .executeTakeFirst();
    return taken !== undefined;
  }

  /** The stored answer; undefined while there is none. Throws `conflict` (422) for other input. */
  async function answerOf(scope: PostKey, inputHash: string): Promise<PostResponse | undefined> {
    const row = await db
      .selectFrom('idempotent_posts')
      .select(['input_hash', 'response_sealed'])
      .where(isRow(scope))
      .executeTakeFirst();
    if (row && row.input_hash !== inputHash) throw otherInput();
    if (!row?.response_sealed) return undefined;
    const plain = await vault.open(PURPOSE, boundTo(scope), row.response_sealed);
    return JSON.parse(Buffer.from(plain).toString('utf8')) as PostResponse;
  }

  async function store(scope: PostKey, response: PostResponse): Promise<void> {
    const response_sealed = await vault.seal(PURPOSE, boundTo(scope), JSON.stringify(response));
    await db.updateTable('idempotent_posts').set({ response_sealed }).where(isRow(scope)).execute();
  }

  /** Says that the holder is still at work. */
  async function renew(scope: PostKey): Promise<void> {
    await db.updateTable('idempotent_posts').set({ lease_until: leaseUntil() }).where(isRow(scope)).execute();
  }

  async function forget(scope: PostKey): Promise<void> {
    await db.deleteFrom('idempotent_posts').where(isRow(scope)).where('response_sealed', 'is', null).execute();
  }

  /** Deletes keys older than 24 hours; for the worker. Returns how many. */
  async function sweep(): Promise<number> {
    const until = new Date(clock().getTime() - KEPT_MS);
    const deleted = await db.deleteFrom('idempotent_posts').where('created_at', '<', until).executeTakeFirst();
    return Number(deleted.numDeletedRows);
  }

  return { take, answerOf, store, renew, forget, sweep };
}

function isRow({ organizationId, principalId, route, key }: PostKey) {
  return sql<boolean>`(organization_id, principal_id, route, key) = (${organizationId}, ${principalId}, ${route}, ${key})`;
}

function boundTo({ organizationId, principalId, route, key }: PostKey): string {
  return JSON.stringify([organizationId, principalId, route, key]);
}

function otherInput(): AppError {
  return new AppError('conflict', 'This idempotency key was used with other input.', {
    httpStatus: 422,
    suggestion: 'Use a new key for a new request.',
  });
}
