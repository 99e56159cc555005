import { withLogContext, withTraceContext } from '@devmesh/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { answerCors } from './cors.ts';
import type { DoorOptions } from './door-options.ts';
import { requestIdOf } from './request-id.ts';
import { requestMetrics } from './request-metrics.ts';
import { securityHeaders } from './security-headers.ts';

/** What every request meets first, in one function: id, headers, trace, log context, measuring, other origins. */
export function entry(
  { metrics, logger, health, corsOrigins = [] }: DoorOptions,
  draining: AbortSignal,
): RequestHandler {
  const headers = securityHeaders();
  const origins = new Set(corsOrigins);
  const measure = requestMetrics(metrics);

  function finish(request: Request, response: Response, began: number): void {
    const milliseconds = performance.now() - began;
    measure(request, response, milliseconds / 1_000);
    logger.debug('request', {
      method: request.method,
      route: response.locals['route'] as unknown,
      status: response.statusCode,
      duration_ms: milliseconds,
    });
  }

  return (request, response, next) => {
    const began = performance.now();
    const requestId = requestIdOf(request);
    response.locals['requestId'] = requestId;
    response.setHeader('x-request-id', requestId);
    response.setHeader('x-correlation-id', requestId);
    for (const [name, value] of headers) response.setHeader(name, value);
    // A kept connection would keep its client here while others are already on the new process.
    if (draining.aborted || health.isDraining()) response.setHeader('connection', 'close');
    response.once('close', () => {
      finish(request, response, began);
    });
    const go = () => {
      if (!answerCors(request, response, origins)) next();
    };
    withTraceContext(
      traceOf(request),
      () => {
        withLogContext({ request_id: requestId }, go);
      },
      { create: true },
    );
  };
}

function traceOf({ headers: { traceparent, tracestate } }: Request) {
  return {
    ...(typeof traceparent === 'string' && { traceparent }),
    ...(typeof tracestate === 'string' && { tracestate }),
  };
}
