import { createHash } from 'node:crypto';
import { canonicalJson } from '@devmesh/adapter';
import type { Principal } from '@devmesh/contracts';
import type { Vault } from '@devmesh/vault';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { z } from 'zod';

const PURPOSE = 'mcp.pending-call';
/** As long as an approval may wait: a person may come back tomorrow. */
const EXPIRES_MS = 24 * 3600 * 1000;

/** A call that waits for a person, as the client carries it in `requestState` between two rounds. */
export const PendingCall = z.object({
  call: z.string(),
  organization: z.string(),
  principal: z.string(),
  /** Of the tool's name and the arguments: a state belongs to one question only. */
  digest: z.string(),
});
export type PendingCall = z.infer<typeof PendingCall>;

export interface Question {
  name: string;
  arguments?: Record<string, unknown> | undefined;
}

/** Signs and checks those states, with one key for all replicas. */
export function createPendingCalls(vault: Pick<Vault, 'sign' | 'verify'>) {
  return {
    mint(principal: Principal, call: string, question: Question): Promise<string> {
      const state: PendingCall = {
        call,
        organization: principal.organizationId,
        principal: principal.id,
        digest: digestOf(question),
      };
      return vault.sign(PURPOSE, state, { expiresInMs: EXPIRES_MS });
    },
    /** @throws an Error for a state that is forged, expired, or somebody else's; the SDK answers -32602. */
    async verify(state: string, principal: Principal, method: string): Promise<PendingCall> {
      const claims = PendingCall.safeParse(await vault.verify(PURPOSE, state));
      if (!claims.success || method !== 'tools/call') throw new Error('not a state of a call, or expired');
      const { organization, principal: owner } = claims.data;
      if (organization !== principal.organizationId || owner !== principal.id)
        throw new Error('the state of another principal');
      return claims.data;
    },
  };
}
export type PendingCalls = ReturnType<typeof createPendingCalls>;

/** @throws ProtocolError when the state was made for another question. */
export function assertSameQuestion(pending: PendingCall, question: Question): void {
  if (pending.digest === digestOf(question)) return;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState', {
    reason: 'invalid_request_state',
  });
}

function digestOf({ name, arguments: args = {} }: Question): string {
  return createHash('sha256')
    .update(canonicalJson({ name, arguments: args }))
    .digest('base64url');
}
