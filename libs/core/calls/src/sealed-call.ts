import type { FollowUp, Prepared } from '@devmesh/contracts';
import type { Vault } from '@devmesh/vault';

/** A call that waits, exactly as it will run; people see the redacted columns beside it. */
export interface StoredCall {
  input: Record<string, unknown>;
  prepared?: Prepared | undefined;
  /** Of the connection as it was: another address under the same name is another system. */
  connectionHash?: string | undefined;
}

/** The way back of a call that ran, and how things were right after it. */
export interface WayBack extends FollowUp {
  /** What `prepare` of the way back saw; undefined where nobody looked. */
  observed?: Record<string, unknown> | undefined;
}

const CALL = 'call-input';
const WAY_BACK = 'call-undo';
const VERIFY = 'call-verify';

interface RowRef {
  organization_id: string;
  id: string;
}

export function sealCall(vault: Vault, row: RowRef, call: StoredCall): Promise<string> {
  return vault.seal(CALL, boundTo(row), JSON.stringify(call));
}

/** Throws AppError `internal` when it was sealed for another row or with another master key. */
export async function openCall(vault: Vault, row: RowRef & { input_sealed: string | null }): Promise<StoredCall> {
  if (row.input_sealed === null) throw new Error(`call ${row.id} was stored without its input`);
  return parsed<StoredCall>(await vault.open(CALL, boundTo(row), row.input_sealed));
}

export function sealWayBack(vault: Vault, row: RowRef, wayBack: WayBack): Promise<string> {
  return vault.seal(WAY_BACK, boundTo(row), JSON.stringify(wayBack));
}

/** Undefined where there is no way back. */
export async function openWayBack(
  vault: Vault,
  row: RowRef & { undo_sealed: string | null },
): Promise<WayBack | undefined> {
  if (row.undo_sealed === null) return undefined;
  return parsed<WayBack>(await vault.open(WAY_BACK, boundTo(row), row.undo_sealed));
}

export function sealVerify(vault: Vault, row: RowRef, verify: FollowUp): Promise<string> {
  return vault.seal(VERIFY, boundTo(row), JSON.stringify(verify));
}

/** The read that settles the call; undefined where there is none. */
export async function openVerify(
  vault: Vault,
  row: RowRef & { verify_sealed: string | null },
): Promise<FollowUp | undefined> {
  if (row.verify_sealed === null) return undefined;
  return parsed<FollowUp>(await vault.open(VERIFY, boundTo(row), row.verify_sealed));
}

// We sealed it ourselves, for this very row: its shape is what the types say.
function parsed<Value>(plain: Uint8Array): Value {
  return JSON.parse(Buffer.from(plain).toString('utf8')) as Value;
}

function boundTo({ organization_id, id }: RowRef): string {
  return `${organization_id}|${id}`;
}
