import { appendAudit } from '@devmesh/audit';
import { AppError } from '@devmesh/contracts';
import { inTransaction, type Transaction } from '@devmesh/store';
import { hashToken } from '@devmesh/vault';
import type { Deps } from './deps.ts';
import { issueTokens, type SignedIn } from './issue-tokens.ts';
import { endSessions } from './sessions.ts';

interface Used {
  organization_id: string;
  session_id: string;
}

/**
 * Takes a refresh token and gives the next pair. A token that comes back a second time was copied: the whole session
 * ends, whoever holds its newest token. `unauthenticated` in every case of no.
 */
export async function refresh(deps: Deps, refreshToken: string): Promise<SignedIn> {
  const tokenHash = hashToken(refreshToken);
  // The ending of a copied session has to be committed, so it is a result here and becomes an error outside.
  const signedIn = await inTransaction(deps.db, async (tx) => {
    const token = await useToken(deps, tx, tokenHash);
    if (token) return issueTokens(deps, tx, token.organization_id, token.session_id);
    await endIfReused(deps, tx, tokenHash);
    return undefined;
  });
  if (signedIn) return signedIn;
  await deps.publishChanges();
  throw new AppError('unauthenticated', 'This refresh token is not valid, or no longer.', {
    suggestion: 'Sign in again: POST /api/v1/auth/login.',
  });
}

/** One atomic update decides which of two users of the same token was first. */
async function useToken({ clock }: Deps, tx: Transaction, tokenHash: string): Promise<Used | undefined> {
  const now = clock();
  return tx
    .updateTable('refresh_tokens as t')
    .from('sessions as s')
    .set({ used_at: now })
    .whereRef('s.id', '=', 't.session_id')
    .where('t.token_hash', '=', tokenHash)
    .where('t.used_at', 'is', null)
    .where('t.expires_at', '>', now)
    .where('s.revoked_at', 'is', null)
    .returning(['t.organization_id', 't.session_id'])
    .executeTakeFirst();
}

async function endIfReused(deps: Deps, tx: Transaction, tokenHash: string): Promise<void> {
  const token = await tx
    .selectFrom('refresh_tokens')
    .select(['organization_id', 'session_id'])
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is not', null)
    .executeTakeFirst();
  if (!token) return;
  const ended = await endSessions(deps, tx, token.organization_id, { sessionId: token.session_id }, 'refresh_reused');
  if (ended.length === 0) return;
  await appendAudit(tx, {
    organizationId: token.organization_id,
    at: deps.clock(),
    actor: { id: token.session_id, label: 'refresh token', kind: 'person' },
    action: 'session.reuse_detected',
    outcome: 'denied',
    target: token.session_id,
  });
}
