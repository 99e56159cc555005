import { AppError, CallState, FINAL_STATES, type OrganizationEvent, type Principal } from '@devmesh/contracts';
import type { Db } from '@devmesh/store';
import { z } from 'zod';
import type { CallRow } from './call-row.ts';
import type { CallLedger } from './call-ledger.ts';

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
  ledger: CallLedger;
  /** Follows the organisation's events; answers how to stop. */
  follow(organizationId: string, listener: (event: OrganizationEvent) => void): () => void;
}

const SEES_ALL_CALLS = new Set(['auditor', 'admin', 'owner', 'approver']);
/** Events may be lost, so a waiting reader also looks by itself. */
const LOOK_AGAIN_MS = 1_000;

/** Whether this principal may read that call: their own, their user's, or everything for the roles that answer for it. */
export function maySee(principal: Principal, row: Pick<CallRow, 'principal_id' | 'user_id'>): boolean {
  if (row.principal_id === principal.id) return true;
  if (principal.userId !== undefined && row.user_id === principal.userId) return true;
  return principal.roles.some((role) => SEES_ALL_CALLS.has(role)) || principal.scopes.includes('admin');
}

/** Calls as people and agents read them. */
export function createCallHistory({ db, ledger, follow }: HistoryParts) {
  /** Throws `not_found`, for a call that is not the principal's to see too. */
  async function get(principal: Principal, id: string): Promise<CallRow> {
    const row = await db
      .selectFrom('calls')
      .selectAll()
      .where('organization_id', '=', principal.organizationId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row || !maySee(principal, row))
      throw new AppError('not_found', `There is no call ${id}.`, {
        suggestion: 'GET /api/v1/calls lists your calls. A read appears there within a second.',
      });
    return row;
  }

  /** Newest first; one more than `limit` is never returned, `next` says whether there is more. */
  async function list(
    principal: Principal,
    filters: CallFilters,
    limit: number,
    after?: HistoryCursor,
  ): Promise<{ rows: CallRow[]; next?: HistoryCursor }> {
    let query = db.selectFrom('calls').selectAll().where('organization_id', '=', principal.organizationId);
    if (!principal.roles.some((role) => SEES_ALL_CALLS.has(role)) && !principal.scopes.includes('admin')) {
      query = query.where((eb) =>
        eb.or([
          eb('principal_id', '=', principal.id),
          ...(principal.userId === undefined ? [] : [eb('user_id', '=', principal.userId)]),
        ]),
      );
    }
    if (filters.tool !== undefined) query = query.where('tool', '=', filters.tool);
    if (filters.state !== undefined) query = query.where('state', '=', filters.state);
    if (filters.from !== undefined) query = query.where('created_at', '>=', new Date(filters.from));
    if (filters.to !== undefined) query = query.where('created_at', '<', new Date(filters.to));
    if (after)
      query = query.where((eb) =>
        eb.or([
          eb('created_at', '<', new Date(after.created_at)),
          eb.and([eb('created_at', '=', new Date(after.created_at)), eb('id', '<', after.id)]),
        ]),
      );
    const rows = await query
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      rows: page,
      ...(rows.length > limit && last && { next: { created_at: last.created_at.toISOString(), id: last.id } }),
    };
  }

  /** Waits until the call is final or the signal aborts; answers it as it then is. */
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

  /** Takes back a call that waits for a person. False when it is not waiting. */
  async function cancelWaiting(principal: Principal, id: string): Promise<boolean> {
    const ended = await db
      .transaction()
      .execute((trx) => ledger.endWaiting(trx, principal.organizationId, id, 'cancelled'));
    if (ended) ledger.announce(ended);
    return ended !== undefined;
  }

  return { get, list, wait, cancelWaiting };
}
export type CallHistory = ReturnType<typeof createCallHistory>;

export function isFinal(state: CallState): boolean {
  return FINAL_STATES.includes(state);
}

// A wake that comes between two waits is not lost: it ends the next wait at once.
function createWakeUp() {
  let pending = false;
  let resolve: (() => void) | undefined;
  return {
    wake() {
      pending = true;
      resolve?.();
    },
    async next(timeoutMs: number, signal: AbortSignal): Promise<void> {
      if (!pending) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, timeoutMs);
          const finish = () => {
            clearTimeout(timer);
            done();
          };
          resolve = finish;
          signal.addEventListener('abort', finish, { once: true });
        });
      }
      pending = false;
      resolve = undefined;
    },
  };
}
