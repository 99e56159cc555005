import type { CallReply, CallState, Effect, FollowUp, Prepared, TraceContext } from '@devmesh/contracts';
import type { ColumnType, Generated } from 'kysely';

/** jsonb: read as a value, written as text (a JS array as a parameter means something else to `pg`). */
type Json<Value> = ColumnType<Value, string, string>;
type JsonOrNull<Value> = ColumnType<Value | null, string | null | undefined, string | null>;

/** One call's life; for writes it is there before anything is dispatched. */
export interface CallTable {
  id: string;
  organization_id: string;
  principal_id: string;
  principal_label: string;
  user_id: string | null;
  key_id: string | null;
  tool: string;
  system: string;
  effect: Effect;
  connection: string | null;
  state: CallState;
  /** Redacted: for people. */
  input: Json<Record<string, unknown>>;
  /** The exact input, sealed; kept only where the call may have to run later. */
  input_sealed: string | null;
  input_hash: string;
  idempotency_key: string | null;
  schema_hash: string;
  prepared: JsonOrNull<Prepared>;
  /** Redacted: for people. */
  verify: JsonOrNull<FollowUp>;
  /** The exact read that settles it, sealed. */
  verify_sealed: string | null;
  /** Redacted: for people. */
  undo: JsonOrNull<FollowUp>;
  /** The exact way back, sealed: it may run later. */
  undo_sealed: string | null;
  undo_of: string | null;
  reply: JsonOrNull<CallReply>;
  reply_text: string | null;
  timeout_ms: number;
  /** Whoever dispatched it has answered by then, or is dead. */
  lease_until: Date | null;
  door: string;
  request_id: string | null;
  trace: JsonOrNull<TraceContext>;
  created_at: Date;
  dispatched_at: Date | null;
  finished_at: Date | null;
  duration_ms: number | null;
}

export interface ApprovalTable {
  id: string;
  organization_id: string;
  call_id: string;
  status: 'pending' | 'approved' | 'refused' | 'expired';
  tool: string;
  /** Over tool, input, diff and observed versions: what a person saw is what runs. */
  hash: string;
  reasons: Json<{ rule: string; text: string }[]>;
  requested_by: string;
  requested_by_label: string;
  /** What the agent said it wants this for. */
  request_reason: string | null;
  expires_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
  decided_by_label: string | null;
  decision_reason: string | null;
  created_at: Date;
}

export interface EvidenceTable {
  id: string;
  organization_id: string;
  call_id: string;
  principal_id: string;
  user_id: string | null;
  tool: string;
  body: Buffer;
  size_bytes: number;
  created_at: Date;
  expires_at: Date;
}

/** Idempotency of POSTs that are not tool calls. */
export interface IdempotentPostTable {
  organization_id: string;
  principal_id: string;
  route: string;
  key: string;
  input_hash: string;
  /** The answer, sealed: it may hold a secret. Null while whoever holds the key is at work. */
  response_sealed: string | null;
  lease_until: Date;
  created_at: Generated<Date>;
}

/** Tables of `@devmesh/calls`; nobody else queries them. */
export interface CallsTables {
  calls: CallTable;
  approvals: ApprovalTable;
  evidence: EvidenceTable;
  idempotent_posts: IdempotentPostTable;
}
