import type { JobPayload } from '@devmesh/contracts';
import type { AddOptions } from '@devmesh/queue';
import type { Logger } from '@devmesh/runtime';
import { sql } from '@devmesh/store';
import { sweepExpired } from './delete-context.ts';
import { foldOrLater, organizationsToFold } from './document-frequencies.ts';
import { hashText } from './message.ts';
import type { Parts } from './parts.ts';

/** The part of the queue that this library needs. */
export interface IndexQueue {
  add(name: 'context.index', payload: JobPayload<'context.index'>, options?: AddOptions): Promise<void>;
}

export interface Swept {
  expired: number;
  requeued: number;
}

/** The job `context.sweep`: ends contexts whose time is over, and finds text that no job has made searchable. */
export async function sweep(parts: Parts, queue: IndexQueue): Promise<Swept> {
  const expired = await sweepExpired(parts);
  const requeued = await sweepOutbox(parts, queue);
  for (const organizationId of await organizationsToFold(parts.db)) await foldOrLater(parts, organizationId);
  return { expired, requeued };
}

/** The reconciler: a context with outbox rows older than `olderThanMs` gets a job again. Returns how many contexts. */
export async function sweepOutbox(
  { db, clock }: Pick<Parts, 'db' | 'clock'>,
  queue: IndexQueue,
  { olderThanMs = 5_000, limit = 500 }: { olderThanMs?: number; limit?: number } = {},
): Promise<number> {
  const { rows } = await sql<{ organization_id: string; id: string }>`
    SELECT c.organization_id, c.id FROM memory_contexts c
    JOIN (SELECT context_key, min(created_at) AS since FROM memory_outbox GROUP BY context_key) o ON o.context_key = c.key
    WHERE o.since <= ${new Date(clock().getTime() - olderThanMs)} ORDER BY o.since LIMIT ${limit}
  `.execute(db);
  for (const { organization_id, id } of rows) await addJob(queue, organization_id, id);
  return rows.length;
}

/** Many writes to one context are one job, and one more where the first is running already. */
function addJob(queue: IndexQueue, organizationId: string, contextId: string): Promise<void> {
  return queue.add(
    'context.index',
    { organizationId, contextId },
    { dedupeKey: hashText(`${organizationId}\n${contextId}`) },
  );
}

/**
 * Wakes the indexer behind the reply. At most one job per context is on its way to the queue; what is written meanwhile gets one
 * more. The outbox row is the truth: a job that cannot be added is only late, until the next sweep.
 */
export function createWaker(queue: IndexQueue, logger: Logger): (organizationId: string, contextId: string) => void {
  const underway = new Map<string, 'once' | 'again'>();

  async function add(name: string, organizationId: string, contextId: string): Promise<void> {
    do {
      underway.set(name, 'once');
      try {
        await addJob(queue, organizationId, contextId);
      } catch (error) {
        logger.warn('the indexer could not be woken; the sweep will', { organizationId, contextId, error });
      }
    } while (underway.get(name) === 'again');
    underway.delete(name);
  }

  return (organizationId, contextId) => {
    const name = `${organizationId}\n${contextId}`;
    if (underway.has(name)) underway.set(name, 'again');
    else void add(name, organizationId, contextId);
  };
}
