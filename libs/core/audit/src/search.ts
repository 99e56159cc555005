import { AppError } from '@devmesh/contracts';
import { sql } from '@devmesh/store';
import type { DbOrTransaction } from '@devmesh/store';
import type { AuditLine, AuditOutcome } from './event.ts';
import { toLine } from './row.ts';

/** All that are given must hold. Times: `from` inclusive, `to` exclusive. */
export interface AuditFilters {
  action?: string | undefined;
  outcome?: AuditOutcome | undefined;
  /** The actor's id or label. */
  actor?: string | undefined;
  callId?: string | undefined;
  target?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

export interface AuditPage {
  lines: AuditLine[];
  /** Present where there is more. */
  nextCursor?: string;
}

export const MAX_AUDIT_PAGE = 200;

/**
 * Newest first; `cursor` is the `nextCursor` of the page before, `limit` at most 200.
 * @throws AppError `invalid_input` for a cursor that is none of ours.
 */
export async function searchAudit(
  db: DbOrTransaction,
  organizationId: string,
  filters: AuditFilters = {},
  cursor?: string,
  limit = 50,
): Promise<AuditPage> {
  const size = Math.min(Math.max(1, Math.trunc(limit)), MAX_AUDIT_PAGE);
  let query = db
    .selectFrom('audit_events')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .orderBy('ordinal', 'desc')
    .limit(size + 1);
  if (cursor !== undefined) query = query.where('ordinal', '<', ordinalOf(cursor));
  const { action, outcome, actor, callId, target, from, to } = filters;
  if (action !== undefined) query = query.where('action', '=', action);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (callId !== undefined) query = query.where('call_id', '=', callId);
  if (target !== undefined) query = query.where('target', '=', target);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  if (actor !== undefined) query = query.where(sql<boolean>`(actor->>'id' = ${actor} or actor->>'label' = ${actor})`);
  const rows = await query.execute();
  const last = rows.length > size ? rows[size - 1] : undefined;
  return { lines: rows.slice(0, size).map(toLine), ...(last && { nextCursor: cursorOf(last.ordinal) }) };
}

const CURSOR = /^audit:(\d{1,15})$/;

function cursorOf(ordinal: number): string {
  return Buffer.from(`audit:${ordinal}`).toString('base64url');
}

function ordinalOf(cursor: string): number {
  const ordinal = CURSOR.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  if (ordinal !== undefined) return Number(ordinal);
  throw new AppError('invalid_input', 'This cursor is not one of the audit log.', {
    suggestion: 'Leave `cursor` out to begin with the newest line, then pass `next_cursor` on as it is.',
  });
}
