import { AppError } from '@devmesh/contracts';
import type { Transaction } from '@devmesh/store';
import { hashToken, newToken } from '@devmesh/vault';
import { ACCESS_TOKEN, ACCESS_TOKEN_MS } from './access-token.ts';
import type { Deps } from './deps.ts';
import { type OrganizationView, organizationView, type UserView, userView } from './views.ts';

export interface SignedIn {
  user: UserView;
  organization: OrganizationView;
  /** A JWT, for 15 minutes. */
  accessToken: string;
  /** For one use. */
  refreshToken: string;
  expiresInSeconds: number;
}

/** A pair of tokens for a session: the refresh token never outlives it. */
export async function issueTokens(
  deps: Deps,
  tx: Transaction,
  organizationId: string,
  sessionId: string,
): Promise<SignedIn> {
  const session = await tx
    .selectFrom('sessions')
    .select(['user_id', 'expires_at'])
    .where('organization_id', '=', organizationId)
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow();
  const user = await tx
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('id', '=', session.user_id)
    .executeTakeFirstOrThrow();
  if (user.disabled_at)
    throw new AppError('forbidden', 'This account has been deactivated.', {
      suggestion: 'Ask an owner of your organisation.',
    });
  const organization = await tx
    .selectFrom('organizations')
    .selectAll()
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow();
  return {
    user: userView(user),
    organization: organizationView(organization),
    accessToken: await deps.vault.sign(
      ACCESS_TOKEN,
      { sub: user.id, org: organizationId, sid: sessionId },
      { expiresInMs: ACCESS_TOKEN_MS },
    ),
    refreshToken: await insertRefreshToken(deps, tx, organizationId, sessionId, session.expires_at),
    expiresInSeconds: ACCESS_TOKEN_MS / 1_000,
  };
}

async function insertRefreshToken(
  { clock }: Deps,
  tx: Transaction,
  organizationId: string,
  sessionId: string,
  expiresAt: Date,
): Promise<string> {
  const token = newToken('devmesh_rt_');
  await tx
    .insertInto('refresh_tokens')
    .values({
      token_hash: hashToken(token),
      organization_id: organizationId,
      session_id: sessionId,
      created_at: clock(),
      expires_at: expiresAt,
    })
    .execute();
  return token;
}
