import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@devmesh/contracts';

/** @throws invalid_input with status 405 */
export function assertMethod({ method }: IncomingMessage, response: ServerResponse): void {
  if (method === 'POST' || method === 'GET' || method === 'DELETE') return;
  response.setHeader('allow', 'GET, POST, DELETE, OPTIONS');
  throw new AppError('invalid_input', `The method ${String(method)} is not known here.`, { httpStatus: 405 });
}
