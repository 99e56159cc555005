import { AppError } from '@devmesh/contracts';
import type { Decision } from '@devmesh/policy';

/** What a caller is told of a "no". */
export function denial({ reasons }: Decision): AppError {
  return new AppError('forbidden', reasons[0]?.text ?? 'The policy says no.', {
    details: { rules: reasons.map(({ rule }) => rule) },
    suggestion: 'Use a key that holds the scope, or ask an admin for one.',
  });
}
