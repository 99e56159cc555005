import type { Health } from '@devmesh/runtime';
import type { RequestHandler } from 'express';

const READINESS = new Set(['/health', '/healthz', '/readyz']);

/** No key, and no more than up or down and the class of the reason: the reasons themselves are on the internal port. */
export function healthRoutes(health: Health): RequestHandler {
  return async (request, response, next) => {
    const live = request.path === '/livez';
    if ((!live && !READINESS.has(request.path)) || (request.method !== 'GET' && request.method !== 'HEAD')) {
      next();
      return;
    }
    response.locals['route'] = request.path;
    const status = live ? 'up' : (await health.report()).status;
    response.setHeader('cache-control', 'no-store');
    response
      .status(status === 'up' ? 200 : 503)
      .json(status === 'up' ? { status } : { status: 'down', reason: REASONS[status] });
  };
}

const REASONS = { down: 'dependency', draining: 'draining' } as const;
