import { newId } from '@devmesh/contracts';
import type { Transaction } from '@devmesh/store';
import { hashOf } from './input-hash.ts';
import { jsonb, plainText, plainTextOrNull } from './jsonb.ts';
import type { ApprovalRequest, NewCall } from './new-call.ts';

/** Asks people about a call that waits; answers the approval's id. */
export async function insertApproval(
  trx: Transaction,
  call: NewCall,
  request: ApprovalRequest,
  now: Date,
): Promise<string> {
  const id = newId('appr', now);
  await trx
    .insertInto('approvals')
    .values({
      id,
      organization_id: call.principal.organizationId,
      call_id: call.id,
      status: 'pending',
      tool: call.tool.name,
      hash: approvalHash(call),
      reasons: jsonb(request.reasons),
      requested_by: call.principal.id,
      requested_by_label: plainText(call.principal.label),
      request_reason: plainTextOrNull(request.requestReason),
      expires_at: request.expiresAt,
      created_at: now,
    })
    .execute();
  return id;
}

function approvalHash({ tool, connection, input, prepared }: NewCall): string {
  return hashOf([tool.name, connection ?? null, input, prepared?.diff ?? null, prepared?.observed ?? null]);
}
