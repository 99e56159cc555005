import { outcomeUnknown } from '@devmesh/adapter';
import { AppError } from '@devmesh/contracts';
import { UpstreamError } from './upstream-error.ts';

const ASK_FOR_LESS = 'Narrow the selector or the window, or aggregate: sum by (…), topk(10, …), count(…).';

/** What a failure of Prometheus or Alertmanager means to a caller; undefined for what did not come from there. */
export function toAppError(thrown: unknown): AppError | undefined {
  if (!(thrown instanceof UpstreamError)) return undefined;
  if (isInDoubt(thrown)) return outcomeUnknown(`${thrown.message} Whether it was done is not known.`, thrown);
  const { server, kind, message } = thrown;
  const appError = (code: AppError['code'], suggestion: string) =>
    new AppError(code, message, { cause: thrown, suggestion });
  switch (kind) {
    case 'unreachable':
      return appError('unavailable', `Check that ${server} runs and that the connection's URL is right.`);
    case 'lost':
      return appError('unavailable', 'Try again in a moment.');
    case 'unreadable':
      return appError('upstream_failed', `Check the connection's URL: this does not look like ${server}'s API.`);
    case 'too_large':
      return appError('upstream_failed', ASK_FOR_LESS);
    case 'refused':
      return refusal(thrown);
  }
}

// A 503 comes from before the work: "not ready", "no backend". A redirect or a 4xx is a no.
function isInDoubt({ write, kind, status }: UpstreamError): boolean {
  if (!write || kind === 'unreachable') return false;
  return status < 300 || (status >= 500 && status !== 503);
}

function refusal(error: UpstreamError): AppError {
  const { server, status, errorType, message } = error;
  const appError = (code: AppError['code'], sentence: string, suggestion?: string) =>
    new AppError(code, ended(`${sentence}: ${message}`), { cause: error, suggestion });
  if (errorType === 'timeout') return appError('timeout', `${server} gave up`, ASK_FOR_LESS);
  switch (status) {
    case 400:
    case 422:
      return appError('invalid_input', `${server} refused`, 'Mend what the message names.');
    case 401:
    case 403:
      return appError(
        'forbidden',
        `${server} refused the connection's credential`,
        'Enter a credential that may do this.',
      );
    case 404:
      return appError('not_found', `${server} does not know it`);
    case 429:
      return appError('rate_limited', `${server} asks to slow down`, 'Try again in a minute.');
    default:
      if (status < 500) return appError('upstream_failed', `${server} refused`);
      return appError('unavailable', `${server} is there but cannot answer`, 'Try again in a moment.');
  }
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
