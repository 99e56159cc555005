import { ERROR_TABLE } from '@devmesh/contracts';
import type { AppError } from '@devmesh/contracts';
import { redactText } from '@devmesh/runtime';
import type { Logger } from '@devmesh/runtime';
import type { Request, Response } from 'express';
import type { DoorOptions } from './door-options.ts';
import { errorOf } from './error-of.ts';
import type { TextReply } from './reply.ts';
import { sendText } from './send-reply.ts';

export interface SendErrorOptions {
  logger: Logger;
  requestId: string;
  /** Given on routes that are pages. */
  renderErrorPage?: DoorOptions['renderErrorPage'] | undefined;
}

/** Answers with an error in the form that the client asked for, and logs it, once. */
export function sendError(request: Request, response: Response, thrown: unknown, options: SendErrorOptions): void {
  const error = errorOf(thrown, options.requestId);
  logError(request, error, options.logger);
  if (response.headersSent) {
    // Half an answer is out: the only honest sign left is to break the connection.
    response.destroy();
    return;
  }
  setManners(response, error);
  response.setHeader('cache-control', 'no-store');
  sendText(response, formOf(request, error, options));
}

function formOf(request: Request, error: AppError, { requestId, renderErrorPage }: SendErrorOptions): TextReply {
  const accept = request.headers.accept ?? '';
  const { code, message, suggestion, httpStatus: status } = error;
  if (renderErrorPage !== undefined && accept.includes('text/html'))
    return { ...renderErrorPage({ code, message, suggestion, requestId, status }), status };
  const [type, body] = accept.includes('application/problem+json')
    ? ['application/problem+json', problemBody(error, requestId)]
    : ['application/json', errorBodyOf(error, requestId)];
  return {
    kind: 'text',
    status,
    text: JSON.stringify(body),
    headers: { 'content-type': `${type}; charset=utf-8` },
  };
}

/** `{error: {code, message, suggestion?, details?, request_id}}`. */
export function errorBodyOf({ code, message, suggestion, details, retryable }: AppError, requestId: string) {
  return { error: { code, message, suggestion, details, retryable, request_id: requestId } };
}

/** RFC 9457. The type is a name, not an address: there is nothing to fetch. */
function problemBody({ code, message, suggestion, details, retryable, httpStatus }: AppError, requestId: string) {
  const title = code.replaceAll('_', ' ');
  return {
    type: `urn:devmesh:error:${code}`,
    title,
    status: httpStatus,
    detail: message,
    code,
    suggestion,
    details,
    retryable,
    request_id: requestId,
  };
}

function setManners(response: Response, { code, details, httpStatus }: AppError): void {
  // What is still being sent is not worth reading to its end.
  if (httpStatus === 413) response.setHeader('connection', 'close');
  if (code === 'unauthenticated') response.setHeader('www-authenticate', 'Bearer realm="devmesh"');
  const retryAfter = details?.['retry_after_seconds'];
  if (typeof retryAfter === 'number') response.setHeader('retry-after', String(Math.ceil(retryAfter)));
}

function logError(request: Request, error: AppError, logger: Logger): void {
  const { code, httpStatus: status, cause } = error;
  const fields = {
    code,
    status,
    method: request.method,
    path: redactText(request.path),
    reason: error.message,
    ...(cause !== undefined && { error: cause }),
  };
  logger[ERROR_TABLE[code].logLevel]('request failed', fields);
}
