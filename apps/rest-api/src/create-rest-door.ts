import type { Road } from '@devmesh/assembly';
import { createDoor, type Door, type DoorIdempotency, type DoorOptions } from '@devmesh/http';
import { coversScope } from '@devmesh/identity';
import { escape, page } from './pages/layout.ts';
import { approvalPages } from './pages/approvals.ts';
import { signInPages } from './pages/sign-in.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { auditRoutes } from './routes/audit.ts';
import { authRoutes } from './routes/auth.ts';
import { callRoutes } from './routes/calls.ts';
import { connectionRoutes } from './routes/connections.ts';
import { contextRoutes } from './routes/contexts.ts';
import { docsRoutes } from './routes/docs.ts';
import { eventRoutes } from './routes/events.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { searchRoutes } from './routes/search.ts';
import { statusRoutes } from './routes/status.ts';
import { toolRoutes } from './routes/tools.ts';

export interface RestDoorOptions {
  corsOrigins: readonly string[];
  trustProxy: boolean | number | string;
  version: string;
  /** For tests: an answer that its own schema does not describe is a failure. */
  checkReplies?: boolean;
}

type PageError = Parameters<NonNullable<DoorOptions['renderErrorPage']>>[0];

/** The REST door with every route and page mounted. */
export function createRestDoor(road: Road, options: RestDoorOptions): Door {
  const { corsOrigins, trustProxy, version, checkReplies = false } = options;
  const { identity, quota, logger, metrics, health, clock, publicUrl } = road;
  const door = createDoor({
    service: 'rest-api',
    logger,
    metrics,
    health,
    clock,
    corsOrigins,
    trustProxy,
    identity: { ...identity, coversScope },
    quota,
    idempotency: sealedPosts(road),
    signInUrl: `${publicUrl}/login`,
    checkReplies,
    renderErrorPage,
  });
  door.mount([
    ...authRoutes(road),
    ...apiKeyRoutes(road),
    ...connectionRoutes(road),
    ...toolRoutes(road),
    ...callRoutes(road),
    ...evidenceRoutes(road),
    ...approvalRoutes(road),
    ...contextRoutes(road),
    ...searchRoutes(road),
    ...auditRoutes(road),
    ...statusRoutes(road),
    ...eventRoutes(road),
    ...signInPages(road),
    ...approvalPages(road),
    ...docsRoutes(door, version),
  ]);
  return door;
}

/** An input may hold a credential, and a bare hash of a weak one can be guessed at leisure: what is kept is bound to our key. */
function sealedPosts({ posts, vault }: Pick<Road, 'posts' | 'vault'>): DoorIdempotency {
  return {
    run: (principal, route, key, inputHash, make) =>
      posts.run(principal, route, key, vault.mac('post-input', inputHash), make),
  };
}

function renderErrorPage({ message, suggestion, requestId, status }: PageError) {
  const next = suggestion === undefined ? '' : `<p>${escape(suggestion)}</p>`;
  return page({
    title: message,
    status,
    body: `${next}<p class="dim">Request ${escape(requestId)}</p><p><a href="/approvals">To the approvals</a></p>`,
  });
}
