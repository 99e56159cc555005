import { AppError } from '@devmesh/contracts';

const MARK = Symbol.for('devmesh.outcome-unknown');

/**
 * The vendor may have done it, but its answer was lost. For an adapter's `toAppError`, whenever a request went out whole
 * and nothing (or nothing readable) came back. The kit sees to it that a read of which this is said is merely `unavailable`.
 */
export function outcomeUnknown(message: string, cause: unknown): AppError {
  const error = new AppError('upstream_failed', message, {
    cause,
    suggestion: 'Do not repeat it blindly: run the verifying read first.',
    retryable: false,
  });
  Object.defineProperty(error, MARK, { value: true });
  return error;
}

/** Whether `error` was made by `outcomeUnknown`. */
export function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof AppError && MARK in error;
}
