import type { CallRow } from '@devmesh/calls';
import { AppError } from '@devmesh/contracts';

type Unsettled = Pick<CallRow, 'id' | 'tool' | 'verify'>;

/** What is said of a call that may have happened. `why` is a sentence. */
export function outcomeUnknownError({ id, tool, verify }: Unsettled, why = 'Its answer was lost.'): AppError {
  const how = verify ? `verify_call with call_id "${id}" finds out.` : 'Look at the system itself first.';
  return new AppError('upstream_failed', `Nobody knows whether ${tool} took effect. ${why}`, {
    suggestion: `Do not repeat it. ${how}`,
    retryable: false,
  });
}

/** Which read settles it. */
export function verifyHints({ verify }: Pick<Unsettled, 'verify'>): string[] {
  if (!verify) return ['Look at the system itself: there is no read that settles it.'];
  return [`It is settled by ${verify.tool} with ${JSON.stringify(verify.input)}; verify_call does that for you.`];
}
