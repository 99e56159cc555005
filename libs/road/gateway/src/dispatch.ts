import type { LocalTools, OwnToolContext } from '@devmesh/adapter';
import type { Bus, Progress } from '@devmesh/bus';
import {
  errorBody,
  subjects,
  ToolPrepareReply,
  ToolRunReply,
  toAppError,
  type AppError,
  type Prepared,
  type Principal,
  type ToolCallMessage,
  type TraceContext,
  type WireConnection,
} from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import type { CatalogTool } from './catalog-tool.ts';

/** One trip to whoever runs the tool. */
export interface Trip {
  callId: string;
  principal: Principal;
  tool: CatalogTool;
  connection: WireConnection | undefined;
  input: Record<string, unknown>;
  timeoutMs: number;
  signal: AbortSignal;
  onProgress: ((progress: Progress) => void) | undefined;
  trace: TraceContext;
}

export interface DispatchParts {
  bus: Bus;
  own: LocalTools<OwnToolContext>;
  clock: Clock;
}

/** An input over this many bytes is refused before the bus refuses it: 1 MiB holds the message and what surrounds it. */
export const MAX_BUS_INPUT_BYTES = 768 * 1024;
/** The adapter answers a deadline itself; only a dead one is waited for this much longer. */
const ANSWER_GRACE_MS = 500;

/** Sends a call to its adapter over the bus, or runs DevMesh's own tool here. Never throws. */
export function createDispatch({ bus, own, clock }: DispatchParts) {
  async function run(trip: Trip, prepared: Prepared | undefined): Promise<ToolRunReply> {
    try {
      if (isOwn(trip)) return await own.run(trip.tool.descriptor.name, trip.input, ownContext(trip, clock));
      return ToolRunReply.parse(await overBus(trip, 'run', prepared));
    } catch (thrown) {
      const error = toAppError(thrown);
      return { ok: false, error: errorBody(error), ...(mayHaveHappened(trip, error) && { outcomeUnknown: true }) };
    }
  }

  async function prepare(trip: Trip): Promise<ToolPrepareReply> {
    try {
      if (isOwn(trip)) return await own.prepare(trip.tool.descriptor.name, trip.input, ownContext(trip, clock));
      return ToolPrepareReply.parse(await overBus(trip, 'prepare', undefined));
    } catch (thrown) {
      return { ok: false, error: errorBody(toAppError(thrown)) };
    }
  }

  async function overBus(trip: Trip, operation: 'prepare' | 'run', prepared: Prepared | undefined): Promise<unknown> {
    const { descriptor } = trip.tool;
    const message: ToolCallMessage = {
      operation,
      callId: trip.callId,
      tool: descriptor.name,
      organization: { id: trip.principal.organizationId, slug: trip.principal.organizationSlug },
      principal: trip.principal.label,
      ...(trip.connection && { connection: trip.connection }),
      input: trip.input,
      ...(prepared && { prepared }),
      remainingMs: trip.timeoutMs,
      schemaHash: descriptor.schemaHash,
      trace: trip.trace,
    };
    return bus.request(subjects.call(descriptor.system, withoutSystem(descriptor.name)), message, {
      timeoutMs: trip.timeoutMs + ANSWER_GRACE_MS,
      signal: trip.signal,
      ...(trip.onProgress && { onProgress: trip.onProgress }),
    });
  }

  return { run, prepare };
}
export type Dispatch = ReturnType<typeof createDispatch>;

function isOwn({ tool }: Trip): boolean {
  return !tool.descriptor.needsConnection;
}

function ownContext(trip: Trip, clock: Clock): OwnToolContext {
  return {
    call: { id: trip.callId, principal: trip.principal.label },
    viewer: trip.principal,
    signal: AbortSignal.any([trip.signal, AbortSignal.timeout(trip.timeoutMs)]),
    now: clock,
    connection: undefined,
    progress: (progress, total, message) =>
      trip.onProgress?.({ progress, ...(total !== undefined && { total }), ...(message !== undefined && { message }) }),
  };
}

// Nobody listening or a message too large: it never arrived. A time-out or anything else: it may have.
function mayHaveHappened(trip: Trip, error: AppError): boolean {
  if (trip.tool.descriptor.effect === 'read') return false;
  return error.code !== 'unavailable' && error.code !== 'invalid_input';
}

function withoutSystem(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
