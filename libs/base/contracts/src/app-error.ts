import { z } from 'zod';

/** The ten ways in which a request can fail. Every door speaks exactly these. */
export const ErrorCode = z.enum([
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'rate_limited',
  'timeout',
  'unavailable',
  'upstream_failed',
  'internal',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** What may leave the process about a failure: no cause, no stack. */
export const ErrorBody = z.object({
  code: ErrorCode,
  message: z.string(),
  suggestion: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  retryable: z.boolean().optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

interface ErrorManners {
  /** HTTP status of a request that fails this way. */
  httpStatus: number;
  /** JSON-RPC error code, for the few failures that are protocol errors. */
  jsonRpcCode: number;
  /** Whether the very same request may succeed later. */
  retryable: boolean;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** One table for all doors. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorManners>> = {
  invalid_input: { httpStatus: 400, jsonRpcCode: -32602, retryable: false, logLevel: 'info' },
  unauthenticated: { httpStatus: 401, jsonRpcCode: -32001, retryable: false, logLevel: 'info' },
  forbidden: { httpStatus: 403, jsonRpcCode: -32003, retryable: false, logLevel: 'info' },
  not_found: { httpStatus: 404, jsonRpcCode: -32602, retryable: false, logLevel: 'info' },
  conflict: { httpStatus: 409, jsonRpcCode: -32009, retryable: false, logLevel: 'info' },
  rate_limited: { httpStatus: 429, jsonRpcCode: -32029, retryable: true, logLevel: 'info' },
  timeout: { httpStatus: 504, jsonRpcCode: -32008, retryable: true, logLevel: 'warn' },
  unavailable: { httpStatus: 503, jsonRpcCode: -32010, retryable: true, logLevel: 'warn' },
  upstream_failed: { httpStatus: 502, jsonRpcCode: -32011, retryable: false, logLevel: 'warn' },
  internal: { httpStatus: 500, jsonRpcCode: -32603, retryable: false, logLevel: 'error' },
};

export interface AppErrorOptions {
  /** A next step that can be typed or done. */
  suggestion?: string | undefined;
  /** Facts for the caller, safe to show. */
  details?: Record<string, unknown> | undefined;
  /** For the log only; it never leaves the process. */
  cause?: unknown;
  /** Overrides the table, where this very failure is known to be (not) worth another try. */
  retryable?: boolean | undefined;
  /** Overrides the table's HTTP status, for the few codes that HTTP tells apart (413, 415, 422). */
  httpStatus?: number | undefined;
}

/** A failure with a sentence for the caller. Anything else that is thrown becomes `internal`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly suggestion: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly retryable: boolean;
  readonly httpStatus: number;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.suggestion = options.suggestion;
    this.details = options.details;
    this.retryable = options.retryable ?? ERROR_TABLE[code].retryable;
    this.httpStatus = options.httpStatus ?? ERROR_TABLE[code].httpStatus;
  }
}

/** Turns anything thrown into an AppError; what is not one becomes `internal` with `id`, which finds the log line. */
export function toAppError(thrown: unknown, id?: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = id === undefined ? 'Something went wrong on our side.' : `Something went wrong on our side (${id}).`;
  return new AppError('internal', message, {
    cause: thrown,
    suggestion: 'Try again; if it stays, give this id to the operator, it finds the log line.',
  });
}

/** The part of an error that a caller may see. */
export function errorBody(error: AppError): ErrorBody {
  return {
    code: error.code,
    message: error.message,
    ...(error.suggestion !== undefined && { suggestion: error.suggestion }),
    ...(error.details !== undefined && { details: error.details }),
    retryable: error.retryable,
  };
}

/** The way back from the wire. */
export function fromErrorBody(body: ErrorBody): AppError {
  return new AppError(body.code, body.message, {
    suggestion: body.suggestion,
    details: body.details,
    retryable: body.retryable,
  });
}
