import { AppError, type CallAnswer, type Principal } from '@devmesh/contracts';
import type { CallOptions } from './call-options.ts';
import type { CallTool } from './call-tool.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { storedAnswer, verifyHints } from './stored-answer.ts';

/**
 * Settles a call whose outcome nobody knows, by its verifying read. The kit's convention: that read lists what the call
 * would have made, so one row means that it happened and none that it did not.
 */
export function createVerifyCall(parts: GatewayParts, callTool: CallTool) {
  return async (principal: Principal, callId: string, options: CallOptions): Promise<CallAnswer> => {
    const row = await parts.history.get(principal, callId);
    if (row.state !== 'outcome_unknown')
      return storedAnswer(row, (await parts.approvalOf(row.organization_id, row.id))?.id, parts.approvalUrl);
    if (!row.verify)
      throw new AppError('conflict', `No read settles ${row.tool}.`, { suggestion: verifyHints(row)[0] });
    const read = await callTool(principal, row.verify.tool, row.verify.input, {
      ...options,
      connection: row.connection ?? undefined,
    });
    if (!read.reply.success) return read;
    const happened = (read.reply.page?.returned ?? 0) > 0;
    const answer = settled(row, happened, read);
    await parts.ledger.finish(row, { state: happened ? 'succeeded' : 'failed', answer });
    return answer;
  };
}

function settled(
  row: { id: string; tool: string; verify: { tool: string } | null },
  happened: boolean,
  read: CallAnswer,
): CallAnswer {
  const by = row.verify?.tool ?? 'a read';
  const summary = happened
    ? `${row.tool} did take effect: ${by} finds it.`
    : `${row.tool} did not take effect: ${by} finds nothing. It may be called again.`;
  const status = happened ? ('succeeded' as const) : ('failed' as const);
  const error = { code: 'upstream_failed' as const, message: summary, retryable: true };
  return {
    reply: {
      success: happened,
      status,
      call_id: row.id,
      data: happened ? read.reply.data : {},
      summary,
      ...(!happened && { error }),
      duration_ms: read.reply.duration_ms,
    },
    text: happened ? `${summary}\n${read.text}` : summary,
  };
}
