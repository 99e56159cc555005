import type { CallState } from '@devmesh/contracts';
import { redact, type Clock } from '@devmesh/runtime';
import type { Insertable, Tables } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import { inputHash } from './input-hash.ts';
import { jsonb, jsonbOrNull, plainText, plainTextOrNull } from './jsonb.ts';
import type { NewCall } from './new-call.ts';
import { sealCall, sealVerify } from './sealed-call.ts';

/** Time that a dispatched call has beyond its tool's own, before it is taken for lost. */
export const LEASE_GRACE_MS = 10_000;

/** The columns of a new call. The exact input is sealed for its row, and kept only where it may have to run later. */
export async function callColumns(
  call: NewCall,
  state: CallState,
  vault: Vault,
  clock: Clock,
): Promise<Insertable<Tables['calls']>> {
  const { principal, tool, connection, input, prepared, verify } = call;
  const now = clock();
  const waits = state === 'awaiting_approval';
  return {
    id: call.id,
    organization_id: principal.organizationId,
    principal_id: principal.id,
    principal_label: plainText(principal.label),
    user_id: principal.userId ?? null,
    key_id: principal.keyId ?? null,
    tool: tool.name,
    system: tool.system,
    effect: tool.effect,
    connection: connection ?? null,
    state,
    input: jsonb(redact(input)),
    input_sealed: waits ? await sealCall(vault, rowOf(call), sealable(call)) : null,
    input_hash: inputHash(tool.name, connection, input),
    idempotency_key: call.idempotencyKey ?? null,
    schema_hash: tool.schemaHash,
    prepared: jsonbOrNull(redact(prepared)),
    verify: jsonbOrNull(redact(verify)),
    verify_sealed: verify ? await sealVerify(vault, rowOf(call), verify) : null,
    undo_of: call.undoOf ?? null,
    timeout_ms: tool.timeoutMs,
    lease_until: waits ? null : new Date(now.getTime() + tool.timeoutMs + LEASE_GRACE_MS),
    door: call.door,
    request_id: plainTextOrNull(call.requestId),
    trace: jsonbOrNull(call.trace),
    created_at: now,
    dispatched_at: waits ? null : now,
    finished_at: null,
    duration_ms: null,
    reply_text: null,
    undo_sealed: null,
  };
}

function rowOf({ id, principal }: NewCall) {
  return { id, organization_id: principal.organizationId };
}

function sealable({ input, prepared, connectionHash }: NewCall) {
  return { input, prepared, connectionHash };
}
