import { randomUUID } from 'node:crypto';
import { context, propagation, trace as spans } from '@opentelemetry/api';
import type { TraceContext } from '@devmesh/contracts';
import { currentContext, withContext } from './context.ts';

// W3C: version, trace id, parent id, flags; an id of zeros is no id.
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const MAX_TRACESTATE = 512;

/** Whether the SDK has been started. Without it the API has a propagator that knows no fields; asking costs nanoseconds. */
export function tracingIsOn(): boolean {
  return propagation.fields().length > 0;
}

/** What to send along with a message or a request made here. Empty when nothing was received or created. */
export function traceContext(): TraceContext {
  if (!tracingIsOn()) return currentContext().trace;
  const carrier: TraceContext = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent === undefined ? currentContext().trace : carrier;
}

/**
 * Runs `fn` as a part of the trace that a message or a request brought along. What does not look like a traceparent is
 * left out: it comes from a stranger and would go into every log line. With `create`, a trace begins here if none came.
 */
export function withTraceContext<T>(
  trace: TraceContext,
  fn: () => T,
  { create = false }: { create?: boolean } = {},
): T {
  const usable = validTrace(trace) ?? (create && !tracingIsOn() ? newTraceContext() : {});
  if (!tracingIsOn()) return withContext({ trace: usable }, fn);
  const carried = propagation.extract(context.active(), usable);
  return context.with(carried, () => withContext({ trace: usable }, fn));
}

/** A trace that begins here, sampled, so that a process further on that has tracing switched on records it. */
export function newTraceContext(): TraceContext {
  // Four times as fast as randomBytes: Node keeps random bytes for UUIDs in stock.
  const ids = (randomUUID() + randomUUID()).replaceAll('-', '');
  return { traceparent: `00-${ids.slice(0, 32)}-${ids.slice(32, 48)}-01` };
}

export function currentTraceId(): string | undefined {
  const spanContext = tracingIsOn() ? spans.getActiveSpan()?.spanContext() : undefined;
  return spanContext?.traceId ?? currentContext().trace.traceparent?.slice(3, 35);
}

function validTrace({ traceparent, tracestate }: TraceContext): TraceContext | undefined {
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  return tracestate === undefined || tracestate.length > MAX_TRACESTATE ? { traceparent } : { traceparent, tracestate };
}
