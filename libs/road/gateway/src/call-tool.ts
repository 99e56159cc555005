import { AppError, newId, toAppError, type CallAnswer, type Principal } from '@devmesh/contracts';
import { withLogContext } from '@devmesh/runtime';
import type { Attempt } from './call-attempt.ts';
import { newCallOf } from './call-attempt.ts';
import type { CallOptions } from './call-options.ts';
import type { CatalogTool } from './catalog-tool.ts';
import { bytesOf } from './trim-data.ts';
import { MAX_BUS_INPUT_BYTES } from './dispatch.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { runRead } from './run-read.ts';
import { runWrite } from './run-write.ts';
import { shapeFailure } from './shape-answer.ts';
import { createToolMetrics } from './tool-metrics.ts';

/** What only the gateway itself may say of a call. */
export interface Provenance {
  undoOf?: string;
  covered?: boolean;
}

export type CallTool = (
  principal: Principal,
  name: string,
  args: unknown,
  options: CallOptions,
  provenance?: Provenance,
) => Promise<CallAnswer>;

/**
 * The road of a call, the only one. A tool that ran, failed or was turned away is an answer;
 * throws `not_found` for a tool that is not there or not for this principal, `conflict` for a reused idempotency key.
 */
export function createCallTool(parts: GatewayParts): CallTool {
  const measure = createToolMetrics(parts.metrics);

  return async (principal, name, args, options, provenance = {}) => {
    const tool = await visibleTool(principal, name, options);
    const callId = newId('call', parts.clock());
    return withLogContext({ call_id: callId }, async () => {
      const begun = { callId, startedAt: performance.now(), principal, tool, options, ...provenance };
      const answer = await go(begun, args);
      measure(tool.descriptor.name, options.door, answer.reply);
      return answer;
    });
  };

  async function visibleTool(principal: Principal, name: string, options: CallOptions): Promise<CatalogTool> {
    const { tool, hidden } = await parts.catalog.find(principal, name, options.toolsets);
    if (hidden === undefined) return tool;
    parts.noteAudit({
      organizationId: principal.organizationId,
      actor: { id: principal.id, label: principal.label, kind: principal.kind },
      action: 'call.denied',
      outcome: 'denied',
      target: tool.descriptor.name,
      rule: hidden,
      ...(options.requestId !== undefined && { requestId: options.requestId }),
    });
    throw await parts.catalog.unknownTool(principal, name, options.toolsets);
  }

  async function go(begun: Begun, args: unknown): Promise<CallAnswer> {
    let attempt: Attempt;
    try {
      attempt = await ready(begun, args);
    } catch (thrown) {
      return turnedAway(begun, args, toAppError(thrown, begun.callId));
    }
    return attempt.tool.descriptor.effect === 'read' && attempt.options.idempotencyKey === undefined
      ? runRead(parts, attempt)
      : runWrite(parts, attempt);
  }

  // Parsed once: policy, audit, hash and adapter all see the value that comes out here.
  async function ready(begun: Begun, args: unknown): Promise<Attempt> {
    const { principal, tool, options } = begun;
    const { named, rest } = takeConnection(tool, args);
    const input = tool.parse(rest);
    if (tool.descriptor.needsConnection && bytesOf(input) > MAX_BUS_INPUT_BYTES) throw tooLarge(tool.descriptor.name);
    const connection = tool.descriptor.needsConnection
      ? await connectionFor(principal, tool.descriptor.system, options.connection ?? named)
      : undefined;
    const timeoutMs = Math.min(options.timeoutMs ?? tool.descriptor.timeoutMs, tool.descriptor.timeoutMs);
    return { ...begun, input, connection, timeoutMs, undoOf: begun.undoOf, covered: begun.covered ?? false };
  }

  async function connectionFor(principal: Principal, system: string, name: string | undefined) {
    const connection = await parts.resolveConnection(
      principal.organizationId,
      principal.organizationSlug,
      system,
      name,
    );
    if (connection) return connection;
    throw new AppError('unavailable', `No connection to ${system} is configured.`, {
      suggestion: `Add one: POST /api/v1/connections {"system": "${system}", "name": "default", "endpoint": "https://…"}`,
      retryable: false,
    });
  }

  // Nothing was dispatched; the line behind the reply says that it was tried.
  async function turnedAway(begun: Begun, args: unknown, error: AppError): Promise<CallAnswer> {
    const answer = shapeFailure(error, 'failed', begun);
    const input = typeof args === 'object' && args !== null ? { ...args } : {};
    await parts.reads.record(
      newCallOf({
        ...begun,
        options: { ...begun.options, idempotencyKey: undefined },
        input,
        connection: undefined,
        timeoutMs: 0,
        undoOf: undefined,
        covered: false,
      }),
      'failed',
      answer,
    );
    return answer;
  }
}

type Begun = Pick<Attempt, 'callId' | 'startedAt' | 'principal' | 'tool' | 'options'> & Provenance;

// The `connection` argument is the door's, unless the tool has one of that name itself.
function takeConnection(tool: CatalogTool, args: unknown): { named: string | undefined; rest: unknown } {
  const properties = tool.descriptor.inputSchema['properties'];
  const own = typeof properties === 'object' && properties !== null && 'connection' in properties;
  if (!tool.descriptor.needsConnection || own || typeof args !== 'object' || args === null || !('connection' in args))
    return { named: undefined, rest: args };
  const { connection, ...rest } = args;
  if (typeof connection !== 'string')
    throw new AppError('invalid_input', 'connection must be the name of a connection.', {
      details: { fields: { connection: 'must be a string' } },
    });
  return { named: connection, rest };
}

function tooLarge(tool: string): AppError {
  return new AppError('invalid_input', `The arguments of ${tool} are larger than 768 KiB.`, {
    httpStatus: 413,
    suggestion: 'Send less, or in several calls.',
    details: { limit_bytes: MAX_BUS_INPUT_BYTES },
  });
}
