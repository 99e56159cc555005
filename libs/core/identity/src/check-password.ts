import { AppError } from '@devmesh/contracts';
import type { Deps } from './deps.ts';
import { type Candidate, clearAttempts, reserveAttempt, returnAttempt } from './login-attempt.ts';

/** Gives the person whose password this is; `unauthenticated` otherwise, `rate_limited` while locked. */
export async function checkPassword(deps: Deps, input: { email: string; password: string }): Promise<Candidate> {
  const email = normalEmail(input.email);
  const candidate = await reserveAttempt(deps, email);
  // An unknown e-mail is hashed all the same: the time of the answer must not tell who has an account.
  const right = await compare(deps, input.password, candidate);
  if (!candidate || !right) {
    auditWrong(deps, candidate);
    throw wrongPassword();
  }
  await clearAttempts(deps, candidate.organization_id, candidate.id);
  return candidate;
}

async function compare(deps: Deps, password: string, candidate: Candidate | undefined): Promise<boolean> {
  try {
    return await deps.passwords.verify(password, candidate?.password_hash ?? null);
  } catch (error) {
    // Too busy to hash: that must not count as a wrong password.
    if (candidate) await returnAttempt(deps, candidate);
    throw error;
  }
}

/** E-mails are compared without case. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

function auditWrong(deps: Deps, candidate: Candidate | undefined): void {
  deps.auditFailure({
    organizationId: candidate?.organization_id,
    subject: candidate?.id ?? 'unknown',
    label: candidate?.email ?? 'unknown',
    kind: 'person',
    action: 'login.failed',
    reason: candidate ? 'wrong_password' : 'unknown_email',
  });
}

function wrongPassword(): AppError {
  return new AppError('unauthenticated', 'E-mail or password is wrong.', {
    suggestion: 'Check both; five wrong passwords lock the account for 15 minutes.',
  });
}
