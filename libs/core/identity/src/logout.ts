import { appendAudit } from '@devmesh/audit';
import { AppError, type Principal } from '@devmesh/contracts';
import { inTransaction } from '@devmesh/store';
import { actorOf } from './actor.ts';
import type { Deps } from './deps.ts';
import { endSessions } from './sessions.ts';

/** Ends the session that this principal came with, in this process at once, elsewhere within a second. */
export async function logout(deps: Deps, principal: Principal): Promise<void> {
  const { organizationId, sessionId } = principal;
  if (sessionId === undefined) {
    throw new AppError('invalid_input', 'An API key has no session to end.', {
      suggestion: 'Revoke it instead: devmesh key revoke <id>.',
    });
  }
  await inTransaction(deps.db, async (tx) => {
    const ended = await endSessions(deps, tx, organizationId, { sessionId }, 'logout');
    if (ended.length === 0) return;
    await appendAudit(tx, {
      organizationId,
      at: deps.clock(),
      actor: actorOf(principal),
      action: 'session.ended',
      outcome: 'ok',
      target: sessionId,
    });
  });
  await deps.publishChanges();
}
