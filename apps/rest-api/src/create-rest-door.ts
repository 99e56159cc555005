import type { Road } from '@devmesh/assembly';
import { createDoor, type Door } from '@devmesh/http';
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
}

/** The REST door with every route and page mounted. */
export function createRestDoor(road: Road, { corsOrigins, trustProxy, version }: RestDoorOptions): Door {
  const { identity, quota, posts, logger, metrics, health, clock } = road;
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
    idempotency: posts,
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

function renderErrorPage({
  message,
  suggestion,
  requestId,
}: {
  message: string;
  suggestion: string | undefined;
  requestId: string;
}): string {
  const next = suggestion === undefined ? '' : `<p>${escape(suggestion)}</p>`;
  const { text } = page({
    title: message,
    body: `${next}<p class="dim">Request ${escape(requestId)}</p><p><a href="/approvals">To the approvals</a></p>`,
  });
  return text.toString();
}
