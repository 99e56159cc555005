import { newId } from '@devmesh/contracts';
import type { Transaction } from '@devmesh/store';
import { recordChanges } from './changes.ts';
import type { Deps } from './deps.ts';

/** A sign-in ends after this long, however busy it was. */
export const TOKEN_SESSION_MS = 30 * 24 * 60 * 60_000;
export const BROWSER_SESSION_MS = 12 * 60 * 60_000;
const KEPT_AFTER_END_MS = 7 * 24 * 60 * 60_000;
const LONGEST_USER_AGENT = 300;

export interface NewSession {
  userId: string;
  kind: 'token' | 'browser';
  cookieHash?: string;
  userAgent?: string | undefined;
}

/** Writes a session; gives its id. */
export async function insertSession(
  { clock }: Pick<Deps, 'clock'>,
  tx: Transaction,
  organizationId: string,
  input: NewSession,
): Promise<string> {
  const now = clock();
  const id = newId('ses', now);
  const lastsMs = input.kind === 'browser' ? BROWSER_SESSION_MS : TOKEN_SESSION_MS;
  await tx
    .insertInto('sessions')
    .values({
      id,
      organization_id: organizationId,
      user_id: input.userId,
      kind: input.kind,
      cookie_hash: input.cookieHash ?? null,
      user_agent: input.userAgent?.slice(0, LONGEST_USER_AGENT) ?? null,
      created_at: now,
      expires_at: new Date(now.getTime() + lastsMs),
    })
    .execute();
  return id;
}

/** Whoever signs in again takes what ended long ago with them, so that these tables need no sweep. */
export async function removeOldSessions(
  { clock }: Pick<Deps, 'clock'>,
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<void> {
  await tx
    .deleteFrom('sessions')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .where('expires_at', '<', new Date(clock().getTime() - KEPT_AFTER_END_MS))
    .execute();
}

/** Which live sessions to end: one, or all of a person. */
export type SessionSelection = { sessionId: string } | { userId: string };

/** Ends sessions and notes the change; gives the ids of those that were alive. Call `publishChanges` after the commit. */
export async function endSessions(
  { clock }: Pick<Deps, 'clock'>,
  tx: Transaction,
  organizationId: string,
  selection: SessionSelection,
  reason: 'logout' | 'refresh_reused' | 'password_set',
): Promise<string[]> {
  const now = clock();
  const query = tx
    .updateTable('sessions')
    .set({ revoked_at: now, revoked_reason: reason })
    .where('organization_id', '=', organizationId)
    .where('revoked_at', 'is', null)
    .returning('id');
  const narrowed =
    'sessionId' in selection
      ? query.where('id', '=', selection.sessionId)
      : query.where('user_id', '=', selection.userId);
  const ids = (await narrowed.execute()).map(({ id }) => id);
  await recordChanges(
    tx,
    organizationId,
    ids.map((id) => ({ kind: 'session', id })),
    now,
  );
  return ids;
}
