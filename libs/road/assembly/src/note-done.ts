import type { AuditBatcher } from '@devmesh/audit';
import type { Principal } from '@devmesh/contracts';

export interface Done {
  /** `noun.verb` in the past: `context.created`, `resource.read`. */
  action: string;
  target: string;
  requestId?: string | undefined;
}

/** What somebody did that was no tool call, for the audit: noted behind the answer, in a batch. */
export type NoteDone = (principal: Principal, done: Done) => void;

export function createNoteDone(batcher: Pick<AuditBatcher, 'add'>): NoteDone {
  return ({ organizationId, id, label, kind }, { action, target, requestId }) => {
    batcher.add({ organizationId, actor: { id, label, kind }, action, outcome: 'ok', target, requestId });
  };
}
