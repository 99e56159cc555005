import type { NewCall } from '@devmesh/calls';
import type { FollowUp, Prepared, Principal, WireConnection } from '@devmesh/contracts';
import type { CallOptions } from './call-options.ts';
import type { CatalogTool } from './catalog-tool.ts';
import type { Trip } from './dispatch.ts';
import type { Shaping } from './shape-answer.ts';
import type { GatewayParts } from './gateway-parts.ts';

/** One call on its way, as far as it has come. */
export interface Attempt {
  callId: string;
  startedAt: number;
  principal: Principal;
  tool: CatalogTool;
  options: CallOptions;
  input: Record<string, unknown>;
  connection: WireConnection | undefined;
  timeoutMs: number;
  undoOf: string | undefined;
  /** The original's approval covers this undo. */
  covered: boolean;
}

export function newCallOf(attempt: Attempt, prepared?: Prepared, verify?: FollowUp): NewCall {
  const { callId, principal, tool, options, input, connection, undoOf } = attempt;
  return {
    id: callId,
    principal,
    tool: tool.descriptor,
    connection: connection?.name,
    input,
    prepared,
    verify,
    undoOf,
    idempotencyKey: options.idempotencyKey,
    door: options.door,
    requestId: options.requestId,
    trace: options.trace,
  };
}

export function tripOf(attempt: Attempt, signal: AbortSignal): Trip {
  const { callId, principal, tool, connection, input, options, startedAt, timeoutMs } = attempt;
  const remainingMs = Math.max(1, Math.floor(timeoutMs - (performance.now() - startedAt)));
  return {
    callId,
    principal,
    tool,
    connection,
    input,
    timeoutMs: remainingMs,
    signal,
    onProgress: options.onProgress,
    trace: options.trace ?? {},
  };
}

export function shapingOf(attempt: Attempt, parts: Pick<GatewayParts, 'evidence'>): Shaping {
  const { callId, principal, tool, connection, options, startedAt } = attempt;
  const { name, needsConnection, system } = tool.descriptor;
  return {
    callId,
    principal,
    tool: name,
    source: needsConnection ? system : undefined,
    connection: connection?.name,
    maxBytes: options.maxBytes,
    startedAt,
    evidence: parts.evidence,
  };
}
