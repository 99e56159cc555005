import { outcomeUnknown } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { UpstreamError } from './upstream-error.ts';

/** What a failure of Prometheus or Alertmanager means to a caller; undefined for what did not come from there. */
export function toAppError(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof UpstreamError)) return undefined;
  const { server, kind, message } = thrown;
  switch (kind) {
    case 'unreachable':
      return new AppError('unavailable', message, { cause: thrown, suggestion: `Check that ${server} runs and that the connection's URL is right.` });
    case 'lost':
      return outcomeUnknown(message, thrown);
    case 'unreadable':
      return thrown.status >= 500 ? unavailable(thrown) : new AppError('upstream_failed', message, { cause: thrown, suggestion: `Check the connection's URL: this does not look like ${server}'s API.` });
    case 'too_large':
      return new AppError('upstream_failed', message, { cause: thrown, suggestion: 'Narrow the selector, or aggregate: sum by (…), topk(10, …), count(…).' });
    case 'refused':
      return refusal(thrown);
  }
}

function refusal(error: UpstreamError): AppError {
  const { server, status, message } = error;
  if (status === 401 || status === 403) return new AppError('forbidden', `${server} refused the connection's credential: ${message}`, { cause: error, suggestion: 'Enter a credential that may do this.' });
  if (status === 404) return new AppError('not_found', `${server}: ${message}`, { cause: error });
  if (status === 429) return new AppError('rate_limited', `${server} asks to slow down: ${message}`, { cause: error });
  if (status === 400 || status === 422) return new AppError('invalid_input', `${server} refused: ${message}`, { cause: error, suggestion: 'Mend the query or the matcher that the message names.' });
  return status >= 500 ? unavailable(error) : new AppError('upstream_failed', `${server}: ${message}`, { cause: error });
}

function unavailable(error: UpstreamError): AppError {
  return new AppError('unavailable', `${error.server} is there but cannot answer (${String(error.status)}): ${error.message}`, { cause: error, suggestion: 'Try again in a moment.' });
}
