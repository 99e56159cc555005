export interface AuditActor {
  /** `key:<id>`, `user:<id>`, or what an unknown one claimed to be. */
  id: string;
  /** For people: the key's name, the person's e-mail. */
  label: string;
  kind: string;
}

export type AuditOutcome = 'ok' | 'denied' | 'failed' | 'pending';

/** One thing that happened, as the one who saw it tells it. */
export interface AuditEvent {
  /** `PLATFORM_ORGANIZATION` where none is known. */
  organizationId: string;
  /** Default: now. */
  at?: Date | undefined;
  actor: AuditActor;
  /** `noun.verb` in the past: `call.requested`, `call.denied`, `auth.failed`, `key.created`, `approval.approved`. */
  action: string;
  outcome: AuditOutcome;
  /** What it was done to: a tool's name, a key's public id. */
  target?: string | undefined;
  callId?: string | undefined;
  requestId?: string | undefined;
  /** The policy rule that decided. */
  rule?: string | undefined;
  /** Arguments and facts; redacted before they are kept, and cut when larger than 64 KiB. */
  details?: Record<string, unknown> | undefined;
}

/** Where events without an organisation go, such as a failed authentication with an unknown key. */
export const PLATFORM_ORGANIZATION = 'platform';

/** A kept event. `seq` and `hash` are its place in the chain, absent until it is sealed. */
export interface AuditLine extends AuditEvent {
  id: string;
  at: Date;
  details: Record<string, unknown>;
  seq?: number;
  hash?: string;
}
