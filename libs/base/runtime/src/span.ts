import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Span as OtelSpan } from '@opentelemetry/api';
import { redactText } from './redact-text.ts';
import { tracingIsOn } from './trace-context.ts';

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  set(attributes: SpanAttributes): void;
}

const NO_SPAN: Span = { set: () => {} };

/**
 * Runs `fn` inside a span that ends when `fn` (or its promise) ends and records a failure. With tracing off it is one
 * comparison and the call. Attributes must hold no content: names, ids and counts only.
 */
export function withSpan<T>(name: string, attributes: SpanAttributes, fn: (span: Span) => T): T {
  if (!tracingIsOn()) return fn(NO_SPAN);
  return trace.getTracer('devmesh').startActiveSpan(name, { attributes: attributes as Attributes }, (span) => {
    try {
      return ending(span, fn({ set: (more) => void span.setAttributes(more as Attributes) }));
    } catch (error) {
      fail(span, error);
      throw error;
    }
  });
}

function ending<T>(span: OtelSpan, result: T): T {
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  const settled = result.then(
    (value: unknown) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      fail(span, error);
      throw error;
    },
  );
  return settled as T;
}

function fail(span: OtelSpan, error: unknown): void {
  const message = redactText(error instanceof Error ? error.message : String(error));
  span.recordException({ name: error instanceof Error ? error.name : 'Error', message });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.end();
}
