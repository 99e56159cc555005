import type { ServerResponse } from 'node:http';
import type { Logger } from '@devmesh/runtime';
import { asAppError } from '../serving/guarded.ts';
import { PARSE_ERROR, sendAppError, sendJsonRpcError } from './json-rpc-error.ts';
import { BadJson } from './read-json.ts';

/** Answers whatever was thrown on the way to a JSON-RPC handler. */
export function sendFailure(thrown: unknown, response: ServerResponse, requestId: string, logger: Logger): void {
  if (thrown instanceof BadJson) {
    sendJsonRpcError(response, 400, { code: PARSE_ERROR, message: 'Parse error: the body is not valid JSON.' });
    return;
  }
  const error = asAppError(thrown, logger);
  if (error.code === 'unauthenticated') response.setHeader('www-authenticate', 'Bearer');
  if (error.httpStatus === 413) response.setHeader('connection', 'close');
  sendAppError(response, error, requestId);
}
