import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type Principal } from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import { createPostKeys, type PostKey, type PostResponse } from './post-keys.ts';

export interface IdempotentPostsParts {
  db: Db;
  vault: Vault;
  clock: Clock;
  /** For tests: lets some time go by. */
  pause?: ((milliseconds: number) => Promise<unknown>) | undefined;
}

/** A holder that has not renewed for this long is dead. */
const LEASE_MS = 60_000;
const LOOK_AGAIN_MS = 100;
const LOOKS = 100;

/** Idempotency of POSTs that make something and are not tool calls: one key, one effect, one answer for 24 hours. */
export function createIdempotentPosts({ db, vault, clock, pause = delay }: IdempotentPostsParts) {
  const keys = createPostKeys({ db, vault, clock, leaseMs: LEASE_MS });

  /**
   * Runs `make` once per (organisation, principal, route, key). A repeat gets the stored answer; a concurrent one waits
   * for it (10 s), then gets `conflict`; other input under the same key is `conflict` (422). A failure is not kept: it may
   * be tried again.
   */
  async function run(
    principal: Principal,
    route: string,
    key: string,
    inputHash: string,
    make: () => Promise<PostResponse>,
  ): Promise<PostResponse> {
    const scope = { organizationId: principal.organizationId, principalId: principal.id, route, key };
    for (let look = 0; look < LOOKS; look++) {
      if (await keys.take(scope, inputHash)) return makeAndKeep(scope, make);
      const earlier = await keys.answerOf(scope, inputHash);
      if (earlier) return earlier;
      await pause(LOOK_AGAIN_MS);
    }
    throw new AppError('conflict', 'The same request is still being worked on.', {
      retryable: true,
      suggestion: 'Send it again with the same key in a moment.',
    });
  }

  async function makeAndKeep(scope: PostKey, make: () => Promise<PostResponse>): Promise<PostResponse> {
    const renewing = setInterval(() => void keys.renew(scope).catch(() => undefined), LEASE_MS / 3).unref();
    try {
      const response = await make().catch(async (error: unknown) => {
        await keys.forget(scope);
        throw error;
      });
      // It is made: that its answer cannot be kept must not look as if it were not. A repeat waits for the lease to end.
      await keys.store(scope, response).catch(() => undefined);
      return response;
    } finally {
      clearInterval(renewing);
    }
  }

  return { run, sweep: keys.sweep };
}
export type IdempotentPosts = ReturnType<typeof createIdempotentPosts>;
