import type { AppError } from '@devmesh/contracts';
import { type CallAnswer } from '@devmesh/contracts';
import { withTraceContext, type Logger } from '@devmesh/runtime';
import {
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { McpGateway } from '../mcp-parts.ts';
import { askInSession, askingOf, QUESTION, questionResult, type Answered, type Asking } from './ask-approval.ts';
import { readCallMeta } from './call-meta.ts';
import { asAppError } from './guarded.ts';
import { assertSameQuestion, type PendingCall, type PendingCalls } from './pending-call.ts';
import { progressTo } from './progress.ts';
import { refusedResult, toolResult } from './tool-result.ts';
import type { Visit } from './visit.ts';

/** After a person accepted the question: how long we look whether they have decided and the call has run. */
const LOOK_AGAIN_MS = 10_000;

export const CallParams = z.looseObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()).optional() });
export type CallParams = z.infer<typeof CallParams>;

export interface CallToolParts {
  gateway: McpGateway;
  pendingCalls: PendingCalls;
  logger: Logger;
}

/** `tools/call`. A tool that ran, failed or was turned away is a result; only an unknown one is a protocol error. */
export function createCallTool({ gateway, pendingCalls, logger }: CallToolParts) {
  return async (
    params: CallParams,
    visit: Visit,
    context: ServerContext,
    declared: ClientCapabilities | undefined,
  ): Promise<CallToolResult | InputRequiredResult> => {
    const pending = context.mcpReq.requestState<PendingCall>();
    const { options, trace = visit.trace } = readCallMeta(context.mcpReq._meta);
    try {
      if (pending !== undefined) return toolResult(await lookAgain(params, visit, context, pending));
      const answer = await withTraceContext(trace, () =>
        gateway.callTool(visit.principal, params.name, params.arguments ?? {}, {
          ...options,
          door: 'mcp',
          toolsets: visit.toolsets === '' ? undefined : visit.toolsets,
          requestId: visit.requestId,
          signal: context.mcpReq.signal,
          onProgress: progressTo(context),
          trace,
        }),
      );
      return await shown(answer, params, visit, context, declared);
    } catch (thrown) {
      return refused(thrown, pending?.call ?? '');
    }
  };

  /** An answer that waits for a person is shown to one, where the client can do that. */
  async function shown(
    answer: CallAnswer,
    params: CallParams,
    visit: Visit,
    context: ServerContext,
    declared: ClientCapabilities | undefined,
  ) {
    const { status, approval_url: url, call_id: callId } = answer.reply;
    const asking = status === 'approval_pending' && url !== undefined ? askingOf(context, declared) : undefined;
    if (asking === undefined || url === undefined) return toolResult(answer);
    if (context.mcpReq.envelope !== undefined) {
      return questionResult(asking, answer.reply, url, await pendingCalls.mint(visit.principal, callId, params));
    }
    return toolResult(await askedInSession(asking, answer, url, visit, context));
  }

  async function askedInSession(
    asking: Asking,
    answer: CallAnswer,
    url: string,
    visit: Visit,
    context: ServerContext,
  ): Promise<CallAnswer> {
    const answered = await askInSession(asking, answer.reply, url, context);
    return afterAnswer(answered, answer.reply.call_id, visit, context);
  }

  // The second round of a 2026-07-28 client: it never makes a call, it only reads the one that waits.
  async function lookAgain(
    params: CallParams,
    visit: Visit,
    context: ServerContext,
    pending: PendingCall,
  ): Promise<CallAnswer> {
    assertSameQuestion(pending, params);
    const response = inputResponse(context.mcpReq.inputResponses, QUESTION);
    return afterAnswer(response.kind === 'elicit' ? response.action : 'cancel', pending.call, visit, context);
  }

  // An `accept` arrives under the agent's own key, so it approves nothing: the row says what a person decided.
  async function afterAnswer(
    answered: Answered,
    callId: string,
    visit: Visit,
    { mcpReq }: ServerContext,
  ): Promise<CallAnswer> {
    return answered === 'accept'
      ? gateway.waitForCall(visit.principal, callId, LOOK_AGAIN_MS, mcpReq.signal)
      : gateway.answerOf(visit.principal, callId);
  }

  function refused(thrown: unknown, callId: string): CallToolResult {
    if (thrown instanceof ProtocolError) throw thrown;
    const error = asAppError(thrown, logger);
    if (error.code === 'not_found' && callId === '') throw unknownTool(error);
    return refusedResult(error, callId);
  }
}
export type CallTool = ReturnType<typeof createCallTool>;

function unknownTool({ message, suggestion, details }: AppError): ProtocolError {
  const sentence = suggestion === undefined ? message : `${message} ${suggestion}`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, sentence, { code: 'not_found', ...details });
}
