import type { Road } from '@devmesh/assembly';
import { sealAudit } from '@devmesh/audit';
import type { Stop } from '@devmesh/bus';
import type { JobHandlers } from '@devmesh/queue';

/** Works off the queue until stopped. */
export function serveJobs(road: Road): Promise<Stop> {
  return road.queue.work(jobHandlers(road));
}

/** Every job of the catalog has its handler here: one that is missing does not compile. */
export function jobHandlers({
  gateway,
  memory,
  approvals,
  callSweep,
  evidence,
  posts,
  db,
}: Omit<Road, 'queue'>): Required<JobHandlers> {
  return {
    'call.execute': ({ organizationId, callId }, { signal }) => gateway.executeApproved(organizationId, callId, signal),
    'context.index': async (payload, { signal }) => void (await memory.indexContext(payload, signal)),
    'approval.sweep': async () => {
      await approvals.expire();
      await approvals.reconcile();
    },
    'call.sweep': async () => {
      await callSweep.settleLost();
      await callSweep.forgetKeys();
      await posts.sweep();
    },
    'context.sweep': async () => void (await memory.sweep()),
    'evidence.sweep': async () => void (await evidence.sweep()),
    'audit.seal': async () => void (await sealAudit(db)),
  };
}
