import { AppError } from '@devmesh/contracts';
import type { RequestHandler } from 'express';
import type { RouteTable } from './route-table.ts';

/** Hands a request to its route, where there is one. */
export function serveRoutes(table: () => RouteTable): RequestHandler {
  return (request, response, next) => {
    const match = table().find(request.method, request.path);
    if (match === undefined) {
      next();
      return;
    }
    request.params = match.params;
    return match.handler(request, response, next);
  };
}

/** For what nobody took: 405 where the address exists with other methods, else 404. */
export function nothingHere(table: () => RouteTable): RequestHandler {
  return (request, response) => {
    const methods = table().methodsAt(request.path);
    const what = `${request.method} ${request.path.slice(0, 200)}`;
    if (methods.length === 0) {
      throw new AppError('not_found', `There is nothing at ${what}.`, {
        suggestion: 'GET /api/v1/openapi.json lists every address; /docs shows them.',
      });
    }
    response.setHeader('allow', methods.join(', '));
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    throw new AppError('invalid_input', `${what} is not possible.`, {
      httpStatus: 405,
      details: { allowed: methods },
      suggestion: `This address knows ${methods.join(', ')}.`,
    });
  };
}
