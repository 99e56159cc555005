import { AppError } from '@devmesh/contracts';

/**
 * The request reached nobody, so nothing can have happened, and it may be made again. After any other error of
 * `request` the handler may have run: for a write that is an unknown outcome.
 */
export class NotDeliveredError extends AppError {}

/** A request that was over before it was sent. */
export function asNotDelivered({ code, message, suggestion, details, cause }: AppError): NotDeliveredError {
  return new NotDeliveredError(code, message, { suggestion, details, cause });
}

export function nobodyListens(subject: string): NotDeliveredError {
  return new NotDeliveredError('unavailable', `Nobody answers on ${subject} at the moment.`, {
    suggestion: 'Start the service that answers there, or try again in some seconds.',
  });
}

export function busIsAway(reason = 'it is not connected'): NotDeliveredError {
  return new NotDeliveredError('unavailable', `The message bus cannot be used: ${reason}.`, {
    suggestion: 'Try again in some seconds; if it stays, see what `devmesh status` says about the bus.',
  });
}

export function tooLarge(bytes: number, limit: number): NotDeliveredError {
  const message = `A message of ${String(bytes)} bytes is too large for the bus, which carries at most ${String(limit)}.`;
  return new NotDeliveredError('invalid_input', message, {
    suggestion: 'Send less, or store the content and send its id.',
    details: { bytes, limit },
  });
}
