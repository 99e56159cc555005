import type { CallState } from '@devmesh/contracts';
import { redact, type Clock } from '@devmesh/runtime';
import type { Insertable, Tables } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import { inputHash } from './input-hash.ts';
import type { NewCall } from './new-call.ts';

/** Time that a dispatched call has beyond its tool's own, before it is taken for lost. */
export const LEASE_GRACE_MS = 10_000;

const PURPOSE = 'call-input';

/** The columns of a new call. The exact input is sealed for its row, and kept only where it may have to run later. */
export async function callColumns(
  call: NewCall,
  state: CallState,
  vault: Vault,
  clock: Clock,
): Promise<Insertable<Tables['calls']>> {
  const now = clock();
  const waits = state === 'awaiting_approval';
  return {
    id: call.id,
    organization_id: call.principal.organizationId,
    principal_id: call.principal.id,
    principal_label: call.principal.label,
    user_id: call.principal.userId ?? null,
    key_id: call.principal.keyId ?? null,
    tool: call.tool.name,
    system: call.tool.system,
    effect: call.tool.effect,
    connection: call.connection ?? null,
    state,
    input: JSON.stringify(redact(call.input)),
    input_sealed: waits
      ? await vault.seal(PURPOSE, sealedFor(call.principal.organizationId, call.id), JSON.stringify(call.input))
      : null,
    input_hash: inputHash(call.tool.name, call.connection, call.input),
    idempotency_key: call.idempotencyKey ?? null,
    schema_hash: call.tool.schemaHash,
    prepared: jsonOrNull(call.prepared),
    verify: jsonOrNull(call.verify),
    undo_of: call.undoOf ?? null,
    timeout_ms: call.tool.timeoutMs,
    lease_until: waits ? null : new Date(now.getTime() + call.tool.timeoutMs + LEASE_GRACE_MS),
    door: call.door,
    request_id: call.requestId ?? null,
    trace: jsonOrNull(call.trace),
    created_at: now,
    dispatched_at: waits ? null : now,
    finished_at: null,
    duration_ms: null,
    reply_text: null,
  };
}

/** Opens the exact input of a stored call. */
export async function openInput(
  row: { organization_id: string; id: string; input_sealed: string | null },
  vault: Vault,
): Promise<Record<string, unknown>> {
  if (row.input_sealed === null) throw new Error(`call ${row.id} was stored without its input`);
  const plain = await vault.open(PURPOSE, sealedFor(row.organization_id, row.id), row.input_sealed);
  return JSON.parse(Buffer.from(plain).toString('utf8')) as Record<string, unknown>;
}

function sealedFor(organizationId: string, callId: string): string {
  return `${organizationId}|${callId}`;
}

export function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
