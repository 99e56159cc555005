import { AppError } from '@devmesh/contracts';
import { DURATION_BUCKETS, traceContext } from '@devmesh/runtime';
import type { Metrics } from '@devmesh/runtime';
import { encodeMessage } from './body.ts';
import type { Bus, RequestOptions } from './bus.ts';
import { cancelled, startExchange } from './exchange.ts';
import type { Exchange, ExchangeParts } from './exchange.ts';
import { HEADER_BYTES, MAX_TIMER_MS } from './limits.ts';
import { asNotDelivered, busIsAway, NotDeliveredError } from './not-delivered-error.ts';
import { checkSubject } from './subject.ts';

export interface Requester {
  request: Bus['request'];
  /** Ends every wait. */
  close(): void;
}

/** The asking side. */
export function createRequester(parts: ExchangeParts & { metrics: Metrics }): Requester {
  const { transport } = parts;
  const waiting = new Set<Exchange>();
  const measure = createMeasure(parts.metrics);

  transport.onForbidden((subject) => {
    for (const exchange of waiting) if (exchange.subject === subject) exchange.fail(mayNotAsk(subject));
  });

  async function ask(subject: string, payload: unknown, options: RequestOptions): Promise<unknown> {
    checkSubject(subject);
    checkTime(options);
    const body = encodeMessage(payload, transport.maxMessageBytes() - HEADER_BYTES);
    if (!transport.isUp()) throw busIsAway(transport.state().reason);
    const timeoutMs = Math.min(options.timeoutMs, MAX_TIMER_MS);
    const trace = options.trace ?? traceContext();
    const exchange = startExchange(parts, { ...options, subject, body, timeoutMs, trace });
    waiting.add(exchange);
    try {
      return await exchange.answer;
    } finally {
      waiting.delete(exchange);
    }
  }

  return {
    request: (subject, payload, options) => measure(() => ask(subject, payload, options)),
    close() {
      for (const exchange of waiting) exchange.fail(leftBeforeAnswer());
    },
  };
}

function checkTime({ signal, timeoutMs }: RequestOptions): void {
  if (signal?.aborted) throw asNotDelivered(cancelled(signal));
  if (!(timeoutMs > 0)) throw new NotDeliveredError('timeout', 'There was no time left to ask.');
}

/** Counts every request once, with how it ended. */
function createMeasure(metrics: Metrics): (run: () => Promise<unknown>) => Promise<unknown> {
  const requests = metrics.counter({
    name: 'bus_requests_total',
    help: 'Requests made over the bus, by how they ended: ok or the error code.',
    labels: ['outcome'],
  });
  const duration = metrics.histogram({
    name: 'bus_request_duration_seconds',
    help: 'Time from a request to its answer.',
    buckets: DURATION_BUCKETS,
  });
  return async (run) => {
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      return await run();
    } catch (error) {
      outcome = error instanceof AppError ? error.code : 'internal';
      throw error;
    } finally {
      requests.inc({ outcome });
      duration.observe({}, (performance.now() - startedAt) / 1000);
    }
  };
}

function mayNotAsk(subject: string): NotDeliveredError {
  return new NotDeliveredError('unavailable', `This process may not send on ${subject}.`, {
    suggestion: `Allow its NATS user to publish on ${subject}.`,
    retryable: false,
  });
}

function leftBeforeAnswer(): AppError {
  return new AppError('unavailable', 'This process is shutting down and no longer waits for the answer.', {
    suggestion: 'Read the state before you repeat a write: it may have been done.',
  });
}
