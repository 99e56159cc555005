import type { TraceContext } from '@devmesh/contracts';
import type { Incoming } from './transport.ts';

// Part of the wire: within v1 names are only added, and receivers ignore what they do not know.

/** On a request: what its cancel subject ends with. */
export const REQUEST_ID = 'Devmesh-Request';
/** On a request: milliseconds that the asker waits, never a wall-clock time. */
export const TIMEOUT_MS = 'Devmesh-Timeout-Ms';
/** On a request: how often the asker wants a sign of life. */
export const KEEP_ALIVE = 'Devmesh-Keep-Alive-Ms';
/** On an answer: which part of it this message is, see Frame. */
export const FRAME = 'Devmesh-Frame';
/** On a `chunk`: its number, from 0. */
export const CHUNK = 'Devmesh-Chunk';
/** On a `done`: how many chunks went before; without it the body is the answer. */
export const CHUNKS = 'Devmesh-Chunks';

/** An answer is `alive*`, `progress*`, `chunk*` in any mixture, and one `done` or `failed`. */
export type Frame = 'alive' | 'progress' | 'chunk' | 'done' | 'failed';

export const cancelSubject = (requestId: string) => `v1.cancel.${requestId}`;
export const ALL_CANCELS = 'v1.cancel.*';

const TRACE_VALUE = /^[\x21-\x7e][\x20-\x7e]{0,511}$/;

export function traceHeaders({ traceparent, tracestate }: TraceContext): Record<string, string> {
  return {
    ...(fits(traceparent) && { traceparent }),
    ...(fits(tracestate) && { tracestate }),
  };
}

export function traceOf(message: Incoming): TraceContext {
  const traceparent = message.header('traceparent');
  const tracestate = message.header('tracestate');
  return { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) };
}

/** A positive whole number from a header; `fallback` where there is none or it is nonsense. */
export function numberHeader(message: Incoming, name: string, fallback: number): number {
  const value = Number(message.header(name) ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? value : fallback;
}

function fits(value: string | undefined): value is string {
  return value !== undefined && TRACE_VALUE.test(value);
}
