import { currentContext, withContext } from './context.ts';
import { currentTraceId } from './trace-context.ts';

/** Facts of one line. `error` may hold anything that was thrown. */
export type LogFields = Record<string, unknown>;

/** Every line written inside `fn`, however deep and however late, carries these fields (request_id, call_id, …). */
export function withLogContext<T>(fields: LogFields, fn: () => T): T {
  return withContext({ fields: { ...currentContext().fields, ...fields } }, fn);
}

/** The fields that lines written here would carry, `trace_id` included. */
export function currentLogContext(): LogFields {
  const { fields } = currentContext();
  const traceId = currentTraceId();
  return traceId === undefined ? fields : { ...fields, trace_id: traceId };
}
