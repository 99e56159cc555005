import { AppError } from '@devmesh/contracts';
import type { Request, Response } from 'express';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const ALLOWED_HEADERS =
  'authorization, content-type, x-api-key, idempotency-key, if-match, if-none-match, x-request-id, x-correlation-id, traceparent, tracestate, last-event-id';
const EXPOSED_HEADERS =
  'etag, location, idempotency-replayed, retry-after, ratelimit, ratelimit-policy, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, x-request-id, x-correlation-id';
const PREFLIGHT_SECONDS = '600';

/**
 * Answers other origins by a list of exact origins; `*` is not understood. Cookies are never allowed across origins, a
 * page elsewhere brings a key or a token. Says whether the request was a preflight and is answered.
 */
export function answerCors(request: Request, response: Response, origins: ReadonlySet<string>): boolean {
  const origin = request.headers.origin;
  if (origin === undefined) return false;
  const allowed = origins.has(origin);
  response.vary('Origin');
  if (allowed) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
  }
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
  if (!allowed) {
    throw new AppError('forbidden', 'Pages of this origin may not call this server.', {
      suggestion: 'Ask the operator to add the origin to the allowed origins.',
    });
  }
  response.setHeader('access-control-allow-methods', METHODS);
  response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
  response.setHeader('access-control-max-age', PREFLIGHT_SECONDS);
  response.status(204).end();
  return true;
}
