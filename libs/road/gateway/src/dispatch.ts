import type { LocalTools, OwnToolContext } from '@devmesh/adapter';
import { NotDeliveredError, type Bus, type Progress } from '@devmesh/bus';
import {
  AppError,
  errorBody,
  subjects,
  ToolPrepareReply,
  ToolRunReply,
  toAppError,
  type Prepared,
  type Principal,
  type ToolCallMessage,
  type TraceContext,
  type WireConnection,
} from '@devmesh/contracts';
import type { Clock } from '@devmesh/runtime';
import type { z } from 'zod';
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
  // By name, never by what a descriptor says of itself: an adapter must not pass for us.
  const ownNames = new Set(own.descriptors.map(({ name }) => name));
  const isOwn = ({ tool }: Trip) => ownNames.has(tool.descriptor.name);

  async function run(trip: Trip, prepared: Prepared | undefined): Promise<ToolRunReply> {
    try {
      if (isOwn(trip)) return await own.run(trip.tool.descriptor.name, trip.input, ownContext(trip, clock, prepared));
      return understood(ToolRunReply, await overBus(trip, 'run', prepared), trip);
    } catch (thrown) {
      const unknown = trip.tool.descriptor.effect !== 'read' && !(thrown instanceof NotDeliveredError);
      return { ok: false, error: errorBody(explained(thrown, trip)), ...(unknown && { outcomeUnknown: true }) };
    }
  }

  async function prepare(trip: Trip): Promise<ToolPrepareReply> {
    try {
      if (isOwn(trip)) return await own.prepare(trip.tool.descriptor.name, trip.input, ownContext(trip, clock));
      return understood(ToolPrepareReply, await overBus(trip, 'prepare', undefined), trip);
    } catch (thrown) {
      return { ok: false, error: errorBody(explained(thrown, trip)) };
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
      trace: trip.trace,
      ...(trip.onProgress && { onProgress: trip.onProgress }),
    });
  }

  return { run, prepare };
}
export type Dispatch = ReturnType<typeof createDispatch>;

function ownContext(trip: Trip, clock: Clock, prepared?: Prepared): OwnToolContext & { prepared?: Prepared } {
  return {
    call: { id: trip.callId, principal: trip.principal.label },
    viewer: trip.principal,
    ...(prepared && { prepared }),
    signal: AbortSignal.any([trip.signal, AbortSignal.timeout(trip.timeoutMs)]),
    now: clock,
    connection: undefined,
    progress: (progress, total, message) =>
      trip.onProgress?.({ progress, ...(total !== undefined && { total }), ...(message !== undefined && { message }) }),
  };
}

function understood<Reply>(schema: z.ZodType<Reply>, reply: unknown, { tool }: Trip): Reply {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new AppError('upstream_failed', `The ${tool.descriptor.system} adapter gave an answer that is none.`, {
    suggestion: 'Its version may not fit this one: see the tool status.',
  });
}

// The bus speaks of subjects; a caller knows systems.
function explained(thrown: unknown, { tool, callId }: Trip): AppError {
  const error = toAppError(thrown, callId);
  if (!(error instanceof NotDeliveredError) || error.code !== 'unavailable') return error;
  return new AppError('unavailable', `The ${tool.descriptor.system} adapter does not answer; nothing was done.`, {
    cause: error,
    suggestion: 'Try again in some seconds; the tool status says when it was last heard.',
  });
}

function withoutSystem(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
