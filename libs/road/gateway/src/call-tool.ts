import { AppError, newId, toAppError, type CallAnswer, type Principal } from '@devmesh/contracts';
import { withLogContext, withSpan } from '@devmesh/runtime';
import type { Attempt, Provenance } from './call-attempt.ts';
import type { CallOptions } from './call-options.ts';
import type { CatalogTool } from './catalog-tool.ts';
import { MAX_BUS_INPUT_BYTES } from './dispatch.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { runRead } from './run-read.ts';
import { runWrite } from './run-write.ts';
import { createToolMetrics } from './tool-metrics.ts';
import { bytesOf } from './trim-data.ts';
import { turnedAway } from './turned-away.ts';

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
    const facts = { tool: tool.descriptor.name, door: options.door, call_id: callId };
    const run = () => withSpan('call_tool', facts, () => go({ ...provenance, principal, tool, options, callId }, args));
    const answer = await withLogContext({ call_id: callId }, run);
    measure(tool.descriptor.name, options.door, answer.reply);
    return answer;
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

  async function go(call: Named, args: unknown): Promise<CallAnswer> {
    const begun: Attempt = { ...call, startedAt: performance.now(), input: {}, connection: undefined, timeoutMs: 0 };
    let attempt: Attempt;
    try {
      attempt = await ready(begun, args);
    } catch (thrown) {
      return turnedAway(parts, { ...begun, input: asObject(args) }, toAppError(thrown, begun.callId));
    }
    const isPlainRead = attempt.tool.descriptor.effect === 'read' && attempt.options.idempotencyKey === undefined;
    return isPlainRead ? runRead(parts, attempt) : runWrite(parts, attempt);
  }

  // Parsed once: policy, audit, hash and adapter all see the value that comes out here.
  async function ready(begun: Attempt, args: unknown): Promise<Attempt> {
    const { principal, tool, options } = begun;
    const { needsConnection, name, system, timeoutMs } = tool.descriptor;
    assertKey(options.idempotencyKey);
    const { named, rest } = takeConnection(tool, args ?? {});
    const input = tool.parse(rest);
    if (needsConnection && bytesOf(input) > MAX_BUS_INPUT_BYTES) throw tooLarge(name);
    const connection = needsConnection
      ? await connectionFor(principal, system, options.connection ?? named)
      : undefined;
    return { ...begun, input, connection, timeoutMs: Math.min(options.timeoutMs ?? timeoutMs, timeoutMs) };
  }

  async function connectionFor({ organizationId, organizationSlug }: Principal, system: string, name?: string) {
    const connection = await parts.resolveConnection(organizationId, organizationSlug, system, name);
    if (connection) return connection;
    throw new AppError('unavailable', `No connection to ${system} is configured.`, {
      suggestion: `Add one: POST /api/v1/connections {"system": "${system}", "name": "default", "endpoint": "https://…"}`,
      retryable: false,
    });
  }
}

type Named = Omit<Attempt, 'startedAt' | 'input' | 'connection' | 'timeoutMs'>;

const KEY = /^[\x20-\x7e]{1,255}$/;

function assertKey(key: string | undefined): void {
  if (key === undefined || KEY.test(key)) return;
  throw new AppError('invalid_input', 'An idempotency key has 1 to 255 printable ASCII characters.', {
    suggestion: 'Use a UUID.',
  });
}

// The `connection` argument is the door's, unless the tool has one of that name itself.
function takeConnection(tool: CatalogTool, args: unknown): { named: string | undefined; rest: unknown } {
  const properties = tool.descriptor.inputSchema['properties'];
  const own = typeof properties === 'object' && properties !== null && 'connection' in properties;
  const isGiven = typeof args === 'object' && args !== null && 'connection' in args;
  if (!tool.descriptor.needsConnection || own || !isGiven) return { named: undefined, rest: args };
  const { connection, ...rest } = args;
  if (typeof connection === 'string') return { named: connection, rest };
  throw new AppError('invalid_input', 'connection must be the name of a connection.', {
    details: { fields: { connection: 'must be a string' } },
  });
}

function tooLarge(tool: string): AppError {
  return new AppError('invalid_input', `The arguments of ${tool} are larger than 768 KiB.`, {
    httpStatus: 413,
    suggestion: 'Send less, or in several calls.',
    details: { limit_bytes: MAX_BUS_INPUT_BYTES },
  });
}

// For the record of a call whose arguments were refused.
function asObject(args: unknown): Record<string, unknown> {
  return typeof args === 'object' && args !== null ? { ...args } : {};
}
