import { type AuditBatcher, type AuditEvent, PLATFORM_ORGANIZATION } from '@devmesh/audit';
import type { Clock } from '@devmesh/runtime';

const EVERY_MS = 60_000;
const MOST_SUBJECTS = 10_000;

export interface Failure {
  /** Absent where the credential belongs to nobody. */
  organizationId: string | undefined;
  /** `key_…` or `usr_…`, `ses_…`: whose credential failed. */
  subject: string;
  label: string;
  kind: 'key' | 'person';
  action: 'auth.failed' | 'login.failed' | 'login.locked';
  reason: string;
}

/**
 * Audits failed sign-ins: a subject's first at once, then at most one line a minute that says how many were left out.
 * Somebody who hammers a door fills neither the log nor the database.
 */
export function createFailureAudit({
  auditBatcher,
  clock,
}: {
  auditBatcher: AuditBatcher;
  clock: Clock;
}): (failure: Failure) => void {
  const recent = new Map<string, { untilMs: number; leftOut: number }>();
  return (failure) => {
    const subject = `${failure.action} ${failure.subject} ${failure.reason}`;
    const now = clock();
    const last = recent.get(subject);
    if (last && last.untilMs > now.getTime()) {
      last.leftOut += 1;
      return;
    }
    recent.delete(subject);
    recent.set(subject, { untilMs: now.getTime() + EVERY_MS, leftOut: 0 });
    if (recent.size > MOST_SUBJECTS) recent.delete(recent.keys().next().value ?? '');
    auditBatcher.add(eventOf(failure, now, last?.leftOut ?? 0));
  };
}

function eventOf(
  { organizationId, subject, label, kind, action, reason }: Failure,
  at: Date,
  leftOut: number,
): AuditEvent {
  return {
    organizationId: organizationId ?? PLATFORM_ORGANIZATION,
    at,
    actor: { id: subject, label, kind },
    action,
    outcome: 'denied',
    target: subject,
    details: { reason, ...(leftOut > 0 && { left_out: leftOut }) },
  };
}
