import { AppError } from '@devmesh/contracts';
import type { Decision } from '@devmesh/policy';

/** The policy's "no". */
export class DenialError extends AppError {
  /** For the audit. */
  readonly rule: string;

  constructor({ reasons }: Decision) {
    super('forbidden', reasons[0]?.text ?? 'The policy says no.', {
      details: { rules: reasons.map(({ rule }) => rule) },
      suggestion: 'Use a key that holds the scope, or ask an admin for one.',
    });
    this.rule = reasons[0]?.rule ?? 'policy';
  }
}
