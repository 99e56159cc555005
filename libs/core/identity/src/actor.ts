import type { AuditEvent } from '@devmesh/audit';
import type { Principal } from '@devmesh/contracts';

/** How the audit names who did something. */
export function actorOf({ id, label, kind }: Principal): AuditEvent['actor'] {
  return { id, label, kind };
}
