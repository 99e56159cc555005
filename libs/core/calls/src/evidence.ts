import { AppError, newId, type Principal } from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import { inTransaction, sql, type Db, type Transaction } from '@devmesh/store';
import { maySee } from './who-may.ts';

export interface EvidenceParts {
  db: Db;
  clock: Clock;
  /** What one organisation may keep; beyond it the oldest goes. */
  quotaBytes: number;
}

export interface NewEvidence {
  principal: Principal;
  callId: string;
  tool: string;
  text: string;
}

const KEPT_MS = 7 * 24 * 3600 * 1000;

/** What did not fit into an answer, kept for its owner for seven days. */
export function createEvidence({ db, clock, quotaBytes }: EvidenceParts) {
  /** Keeps a text; answers its id. */
  async function put({ principal, callId, tool, text }: NewEvidence): Promise<string> {
    const now = clock();
    const id = newId('ev', now);
    const body = Buffer.from(text, 'utf8');
    await inTransaction(db, async (trx) => {
      await trx
        .insertInto('evidence')
        .values({
          id,
          organization_id: principal.organizationId,
          call_id: callId,
          principal_id: principal.id,
          user_id: principal.userId ?? null,
          tool,
          body,
          size_bytes: body.length,
          created_at: now,
          expires_at: new Date(now.getTime() + KEPT_MS),
        })
        .execute();
      await keepWithinQuota(trx, principal.organizationId, id);
    });
    return id;
  }

  async function keepWithinQuota(trx: Transaction, organizationId: string, newest: string): Promise<void> {
    await sql`
      delete from evidence where organization_id = ${organizationId} and id <> ${newest} and id in (
        select id from (
          select id, sum(size_bytes) over (order by created_at desc, id desc) as kept
          from evidence where organization_id = ${organizationId}
        ) as sizes where kept > ${quotaBytes}
      )`.execute(trx);
  }

  /** The text. Throws `not_found` when it is not there, expired, or not the principal's to see. */
  async function read(principal: Principal, id: string): Promise<{ text: string; tool: string; callId: string }> {
    const row = await db
      .selectFrom('evidence')
      .selectAll()
      .where('organization_id', '=', principal.organizationId)
      .where('id', '=', id)
      .where('expires_at', '>', clock())
      .executeTakeFirst();
    if (!row || !maySee(principal, row)) {
      throw new AppError('not_found', `There is no evidence ${id}.`, {
        suggestion: 'Evidence is kept for 7 days. Make the call again for a fresh one.',
      });
    }
    return { text: row.body.toString('utf8'), tool: row.tool, callId: row.call_id };
  }

  /** Deletes what has expired; for the worker. Returns how many. */
  async function sweep(): Promise<number> {
    const deleted = await db.deleteFrom('evidence').where('expires_at', '<=', clock()).executeTakeFirst();
    return Number(deleted.numDeletedRows);
  }

  return { put, read, sweep };
}
export type Evidence = ReturnType<typeof createEvidence>;
