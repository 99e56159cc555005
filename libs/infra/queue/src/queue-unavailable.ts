import { AppError } from '@devmesh/contracts';

export function queueUnavailable(cause: unknown): AppError {
  if (cause instanceof AppError && cause.code === 'invalid_input') return cause;
  return new AppError('unavailable', 'The job queue does not answer.', {
    suggestion: 'Try again in a few seconds; /readyz and the log say since when and why.',
    cause: cause instanceof AppError ? (cause.cause ?? cause) : cause,
  });
}
