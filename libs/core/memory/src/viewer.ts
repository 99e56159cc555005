import { AppError } from '@devmesh/contracts';
import { sql } from '@devmesh/store';

/** Whose eyes a query looks through. `contextUserId`: bound to one `user_id`, everybody else's contexts do not exist. */
export interface Viewer {
  organizationId: string;
  contextUserId?: string | undefined;
}

/** Contexts `c` that exist for this viewer now: theirs, and not expired. Every query over contexts carries it. */
export function visible(viewer: Viewer, now: Date) {
  const bound = viewer.contextUserId === undefined ? sql`` : sql`AND c.user_id = ${viewer.contextUserId}`;
  return sql`c.organization_id = ${viewer.organizationId} AND (c.expires_at IS NULL OR c.expires_at > ${now}) ${bound}`;
}

/** The `user_id` of a context that this viewer makes. */
export function ownUserId(viewer: Viewer, asked: string | undefined): string | null {
  const { contextUserId } = viewer;
  if (contextUserId === undefined) return asked ?? null;
  if (asked === undefined || asked === contextUserId) return contextUserId;
  throw new AppError('forbidden', `This key is bound to user_id "${contextUserId}".`, {
    suggestion: `Leave user_id out, or send "${contextUserId}".`,
  });
}

export function contextNotFound(id: string): AppError {
  return new AppError('not_found', `There is no context "${shortened(id)}".`, {
    suggestion: 'It may have expired or been deleted. List what there is: GET /api/v1/contexts (tool contexts_list).',
  });
}

function shortened(id: string): string {
  return id.length > 80 ? `${id.slice(0, 79)}…` : id;
}
