import { hashOf, type NewCall } from '@devmesh/calls';
import type { FollowUp, Prepared, Principal, TraceContext, WireConnection } from '@devmesh/contracts';
import { traceContext } from '@devmesh/runtime';
import type { CallOptions } from './call-options.ts';
import type { CatalogTool } from './catalog-tool.ts';
import type { Trip } from './dispatch.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { Shaping } from './shape-answer.ts';

/** What only the gateway itself may say of a call. */
export interface Provenance {
  undoOf?: string | undefined;
  /** The approval of the original covers this undo as long as its `prepare` observes exactly this. */
  coveredWhile?: Record<string, unknown> | undefined;
}

/** One call on its way, as far as it has come. */
export interface Attempt extends Provenance {
  callId: string;
  startedAt: number;
  principal: Principal;
  tool: CatalogTool;
  options: CallOptions;
  input: Record<string, unknown>;
  connection: WireConnection | undefined;
  timeoutMs: number;
}

export function newCallOf(attempt: Attempt, prepared?: Prepared, verify?: FollowUp): NewCall {
  const { callId, principal, tool, options, input, connection, undoOf } = attempt;
  return {
    id: callId,
    principal,
    tool: tool.descriptor,
    connection: connection?.name,
    connectionHash: connection && connectionHash(connection),
    input,
    prepared,
    verify,
    undoOf,
    idempotencyKey: options.idempotencyKey,
    door: options.door,
    requestId: options.requestId,
    trace: traceOf(options),
  };
}

/** Which system a connection leads to; its credential may be renewed without making it another one. */
export function connectionHash({ id, environment, endpoint, settings }: WireConnection): string {
  return hashOf([id, environment, endpoint ?? null, settings]);
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
    trace: traceOf(options),
  };
}

export function shapingOf(attempt: Attempt, { evidence, logger }: Pick<GatewayParts, 'evidence' | 'logger'>): Shaping {
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
    evidence,
    logger,
  };
}

// The span at hand, else what the door was given.
function traceOf({ trace }: CallOptions): TraceContext {
  const current = traceContext();
  return current.traceparent === undefined ? (trace ?? {}) : current;
}
