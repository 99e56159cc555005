import { AppError, CallState, FINAL_STATES, type OrganizationEvent, type Principal } from '@devmesh/contracts';
import type { Db } from '@devmesh/store';
import { z } from 'zod';
import type { CallRow } from './call-row.ts';
import { createWakeUp } from './wake-up.ts';
import { maySee, seesAllCalls } from './who-may.ts';

export const CallFilters = z.object({
  tool: z.string().optional(),
  state: CallState.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type CallFilters = z.infer<typeof CallFilters>;

/** Where a page of history ended. */
export interface HistoryCursor {
  created_at: string;
  id: string;
}

export interface HistoryParts {
  db: Db;
  /** Follows the organisation's events; answers how to stop. */
  follow(organizationId: string, listener: (event: OrganizationEvent) => void): () => void;
}

/** Events may be lost, so a waiting reader also looks by itself. */
const LOOK_AGAIN_MS = 1_000;

/** Calls as people and agents read them. */
export function createCallHistory({ db, follow }: HistoryParts) {
  /** Throws `not_found`, for a call that is not the principal's to see too. */
  async function get(principal: Principal, id: string): Promise<CallRow> {
    const row = await db
      .selectFrom('calls')
      .selectAll()
      .where('organization_id', '=', principal.organizationId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (row && maySee(principal, row)) return row;
    throw new AppError('not_found', `There is no call ${id}.`, {
      suggestion: 'GET /api/v1/calls lists your calls. A read appears there within a second.',
    });
  }

  /** Newest first; `next` is there when there are more than `limit`. */
  async function list(
    principal: Principal,
    filters: CallFilters,
    limit: number,
    after?: HistoryCursor,
  ): Promise<{ rows: CallRow[]; next?: HistoryCursor }> {
    const found = await matching(principal, filters, after)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    return {
      rows,
      ...(found.length > limit && last && { next: { created_at: last.created_at.toISOString(), id: last.id } }),
    };
  }

  function matching(principal: Principal, { tool, state, from, to }: CallFilters, after: HistoryCursor | undefined) {
    let query = visibleTo(principal);
    if (tool !== undefined) query = query.where('tool', '=', tool);
    if (state !== undefined) query = query.where('state', '=', state);
    if (from !== undefined) query = query.where('created_at', '>=', new Date(from));
    if (to !== undefined) query = query.where('created_at', '<', new Date(to));
    if (after === undefined) return query;
    const at = new Date(after.created_at);
    return query.where((eb) =>
      eb.or([eb('created_at', '<', at), eb.and([eb('created_at', '=', at), eb('id', '<', after.id)])]),
    );
  }

  function visibleTo(principal: Principal) {
    const { organizationId, id, userId } = principal;
    const all = db.selectFrom('calls').selectAll().where('organization_id', '=', organizationId);
    if (seesAllCalls(principal)) return all;
    if (userId === undefined) return all.where('principal_id', '=', id);
    return all.where((eb) => eb.or([eb('principal_id', '=', id), eb('user_id', '=', userId)]));
  }

  /** Waits until the call is final or the signal aborts; answers it as it then is. Throws as `get` does. */
  async function wait(principal: Principal, id: string, signal: AbortSignal): Promise<CallRow> {
    const changed = createWakeUp();
    const stop = follow(principal.organizationId, (event) => {
      if (event.type === 'call.changed' && event.call_id === id) changed.wake();
    });
    try {
      let row = await get(principal, id);
      while (!isFinal(row.state) && !signal.aborted) {
        await changed.next(LOOK_AGAIN_MS, signal);
        row = await get(principal, id);
      }
      return row;
    } finally {
      stop();
    }
  }

  return { get, list, wait };
}
export type CallHistory = ReturnType<typeof createCallHistory>;

export function isFinal(state: CallState): boolean {
  return FINAL_STATES.includes(state);
}
