import type { ServerResponse } from 'node:http';
import type { AppError } from '@devmesh/contracts';
import { ERROR_TABLE, errorBody } from '@devmesh/contracts';

/** The forms that the transport's own refusals have in the SDK and in other servers. */
export const SESSION_NOT_FOUND = -32001;
export const TRANSPORT_REFUSED = -32000;
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;

export interface JsonRpcError {
  code: number;
  message: string;
  data?: unknown;
}

/** A failure before or outside any JSON-RPC dispatch: an HTTP status, and a body that an MCP client can read. */
export function sendJsonRpcError(response: ServerResponse, status: number, error: JsonRpcError): void {
  if (response.headersSent || response.destroyed) {
    response.end();
    return;
  }
  const body = JSON.stringify({ jsonrpc: '2.0', error, id: null });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** The same for one of our errors; the sentence says what to do, because many clients show nothing else. */
export function sendAppError(response: ServerResponse, error: AppError, requestId: string): void {
  sendJsonRpcError(response, error.httpStatus, jsonRpcErrorOf(error, requestId));
}

export function jsonRpcErrorOf(error: AppError, requestId: string): JsonRpcError {
  const { message, suggestion, ...rest } = errorBody(error);
  const sentence = suggestion === undefined ? message : `${message} ${suggestion}`;
  return {
    code: ERROR_TABLE[error.code].jsonRpcCode,
    message: sentence,
    data: { ...rest, ...(suggestion !== undefined && { suggestion }), request_id: requestId },
  };
}
