import { AppError, type Principal } from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';

export interface PostResponse {
  status: number;
  body: unknown;
}

const KEPT_MS = 24 * 3600 * 1000;
const LEASE_MS = 60_000;
const LOOK_AGAIN_MS = 100;
const WAIT_MS = 10_000;

type PostKey = { organizationId: string; principalId: string; route: string; key: string };

/** Idempotency of POSTs that make something and are not tool calls: one key, one effect, one answer for 24 hours. */
export function createIdempotentPosts({ db, clock }: { db: Db; clock: Clock }) {
  /**
   * Runs `make` once per (organisation, principal, route, key). A repeat gets the stored answer; a concurrent one waits
   * for it, then gets `conflict`; other input under the same key is `conflict` (422). A failure is not kept: it may be tried again.
   */
  async function run(
    principal: Principal,
    route: string,
    key: string,
    inputHash: string,
    make: () => Promise<PostResponse>,
  ): Promise<PostResponse> {
    const scope: PostKey = { organizationId: principal.organizationId, principalId: principal.id, route, key };
    const giveUpAt = clock().getTime() + WAIT_MS;
    while (!(await take(scope, inputHash))) {
      const earlier = await look(scope, inputHash);
      if (earlier) return earlier;
      if (clock().getTime() >= giveUpAt)
        throw new AppError('conflict', 'The same request is still being worked on.', {
          retryable: true,
          suggestion: 'Send it again with the same key in a moment.',
        });
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
    return keep(scope, make);
  }

  // Takes the key when it is new, or when whoever took it died without an answer.
  async function take({ organizationId, principalId, route, key }: PostKey, inputHash: string): Promise<boolean> {
    const lease_until = new Date(clock().getTime() + LEASE_MS);
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
          .where('idempotent_posts.response', 'is', null)
          .where('idempotent_posts.lease_until', '<', clock())
          .where('idempotent_posts.input_hash', '=', inputHash),
      )
      .returning('key')
      .executeTakeFirst();
    return taken !== undefined;
  }

  async function look(scope: PostKey, inputHash: string): Promise<PostResponse | undefined> {
    const row = await find(scope);
    if (row && row.input_hash !== inputHash) {
      throw new AppError('conflict', 'This idempotency key was used with other input.', {
        httpStatus: 422,
        suggestion: 'Use a new key for a new request.',
      });
    }
    return row?.response ?? undefined;
  }

  async function find({ organizationId, principalId, route, key }: PostKey) {
    return db
      .selectFrom('idempotent_posts')
      .select(['input_hash', 'response'])
      .where('organization_id', '=', organizationId)
      .where('principal_id', '=', principalId)
      .where('route', '=', route)
      .where('key', '=', key)
      .executeTakeFirst();
  }

  async function keep(scope: PostKey, make: () => Promise<PostResponse>): Promise<PostResponse> {
    try {
      const response = await make();
      await store(scope, response);
      return response;
    } catch (error) {
      await forget(scope);
      throw error;
    }
  }

  async function store({ organizationId, principalId, route, key }: PostKey, response: PostResponse): Promise<void> {
    await db
      .updateTable('idempotent_posts')
      .set({ response: JSON.stringify(response) })
      .where('organization_id', '=', organizationId)
      .where('principal_id', '=', principalId)
      .where('route', '=', route)
      .where('key', '=', key)
      .execute();
  }

  async function forget({ organizationId, principalId, route, key }: PostKey): Promise<void> {
    await db
      .deleteFrom('idempotent_posts')
      .where('organization_id', '=', organizationId)
      .where('principal_id', '=', principalId)
      .where('route', '=', route)
      .where('key', '=', key)
      .where('response', 'is', null)
      .execute();
  }

  /** Deletes keys older than 24 hours; for the worker. Returns how many. */
  async function sweep(): Promise<number> {
    const deleted = await db
      .deleteFrom('idempotent_posts')
      .where('created_at', '<', new Date(clock().getTime() - KEPT_MS))
      .executeTakeFirst();
    return Number(deleted.numDeletedRows);
  }

  return { run, sweep };
}
export type IdempotentPosts = ReturnType<typeof createIdempotentPosts>;
