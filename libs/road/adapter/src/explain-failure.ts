import { AppError, ERROR_TABLE, newId, toAppError } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import type { Tool } from './define-tool.ts';
import { isOutcomeUnknown } from './outcome-unknown.ts';

/** Where something failed, and who can tell what it means. */
export interface FailureScene {
  tool: Pick<Tool, 'name' | 'effect'>;
  signal: AbortSignal;
  /** Turns the vendor's failures into ours; `undefined` for what it does not know. */
  toAppError(thrown: unknown): AppError | undefined;
  logger: Logger;
}

export interface Explanation {
  error: AppError;
  /** Whether it is certain that nothing was done. */
  nothingDone: boolean;
}

/** What a failure means to the caller. Logs the cause: it goes no further than here. */
export function explainFailure(
  { tool, signal, toAppError: ofVendor, logger }: FailureScene,
  thrown: unknown,
): Explanation {
  if (isAbort(thrown, signal)) return { error: aborted(tool, signal, thrown), nothingDone: false };
  const known = thrown instanceof AppError ? thrown : ofVendor(thrown);
  if (!known) {
    const id = newId('err');
    logger.error('a tool failed unexpectedly', { tool: tool.name, error_id: id, error: thrown });
    return { error: toAppError(thrown, id), nothingDone: false };
  }
  if (known.cause !== undefined)
    logger[ERROR_TABLE[known.code].logLevel]('a tool failed', { tool: tool.name, error: known });
  return { error: forEffect(tool, known), nothingDone: !isOutcomeUnknown(known) };
}

// When it is over, whatever comes that is not a sentence of ours comes from the abort.
function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (thrown === signal.reason || !(thrown instanceof AppError));
}

function aborted({ name, effect }: FailureScene['tool'], { reason }: AbortSignal, cause: unknown): AppError {
  const timedOut = reason instanceof DOMException && reason.name === 'TimeoutError';
  if (!timedOut) return new AppError('timeout', `${name} was cancelled.`, { cause, retryable: false });
  const suggestion =
    effect === 'read'
      ? 'Ask for less (a shorter window, a narrower selection), or allow more time.'
      : 'Do not repeat it blindly: run the verifying read first.';
  return new AppError('timeout', `${name} did not finish in time.`, {
    cause,
    suggestion,
    retryable: effect === 'read',
  });
}

// A read whose answer was lost did nothing: it may simply be asked again.
function forEffect({ effect }: FailureScene['tool'], error: AppError): AppError {
  if (effect !== 'read' || !isOutcomeUnknown(error)) return error;
  return new AppError('unavailable', error.message, { cause: error.cause, suggestion: 'Try again in a moment.' });
}
