import { errorBody, type AppError, type CallAnswer, type CallReply } from '@devmesh/contracts';
import type { CallToolResult } from '@modelcontextprotocol/server';

/** A call's answer over MCP: the readable form, and the fields that every door gives. */
export function toolResult({ reply, text }: CallAnswer): CallToolResult {
  const failed = !reply.success && reply.status !== 'approval_pending';
  return { content: [{ type: 'text', text }], structuredContent: { ...reply }, ...(failed && { isError: true }) };
}

/** The same for a call that did not become one: refused before it had a row of its own. */
export function refusedResult(error: AppError, callId: string): CallToolResult {
  const { details } = error;
  const named = typeof details?.['call_id'] === 'string' ? details['call_id'] : callId;
  const reply: CallReply = {
    success: false,
    status: 'failed',
    call_id: named,
    data: {},
    summary: error.message,
    error: { ...errorBody(error), retryable: error.retryable },
    duration_ms: 0,
  };
  const next = error.suggestion === undefined ? [] : [`What to do: ${error.suggestion}`];
  const call = named === '' ? [] : [`Call: ${named}`];
  return toolResult({ reply, text: [`${error.code}: ${error.message}`, ...next, ...call].join('\n') });
}
