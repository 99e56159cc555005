import type { Health } from '@devmesh/runtime';
import type { RequestHandler, Response } from 'express';

const HEALTH = new Set(['/health', '/healthz', '/readyz', '/livez']);

/** No key, and no more than up or down and the class of the reason: the reasons themselves are on the internal port. */
export function healthRoutes(health: Health): RequestHandler {
  async function answer(path: string, response: Response): Promise<void> {
    response.locals['route'] = path;
    const status = path === '/livez' ? 'up' : (await health.report()).status;
    response.setHeader('cache-control', 'no-store');
    response
      .status(status === 'up' ? 200 : 503)
      .json(status === 'up' ? { status } : { status: 'down', reason: REASONS[status] });
  }

  return ({ path, method }, response, next) => {
    if (HEALTH.has(path) && (method === 'GET' || method === 'HEAD')) return answer(path, response);
    // Every other request comes by here: no promise for it.
    next();
    return undefined;
  };
}

const REASONS = { down: 'dependency', draining: 'draining' } as const;
