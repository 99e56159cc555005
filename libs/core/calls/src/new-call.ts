import type { FollowUp, Prepared, Principal, ToolDescriptor, TraceContext } from '@devmesh/contracts';

/** Why and until when a call waits for a person. */
export interface ApprovalRequest {
  reasons: { rule: string; text: string }[];
  expiresAt: Date;
  requestReason?: string | undefined;
}

/** A call as the gateway hands it over: found, parsed, prepared and decided upon. */
export interface NewCall {
  id: string;
  principal: Principal;
  tool: Pick<ToolDescriptor, 'name' | 'system' | 'effect' | 'timeoutMs' | 'schemaHash'>;
  connection: string | undefined;
  /** Of the connection as it is now, so that a stored call runs on the system that the approver saw, or not at all. */
  connectionHash?: string | undefined;
  input: Record<string, unknown>;
  prepared?: Prepared | undefined;
  verify?: FollowUp | undefined;
  undoOf?: string | undefined;
  idempotencyKey?: string | undefined;
  /** Present: the call waits. Absent: it is dispatched at once. */
  approval?: ApprovalRequest | undefined;
  door: string;
  requestId?: string | undefined;
  trace?: TraceContext | undefined;
}
