import type { Stop } from '@devmesh/bus';
import { AppError, type CallAnswer, type Principal } from '@devmesh/contracts';
import type { CallOptions } from './call-options.ts';
import { createCallTool } from './call-tool.ts';
import { createCancelCall } from './cancel-call.ts';
import { createExecuteApproved } from './execute-approved.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { answerOfRow } from './stored-answer.ts';
import { createUndoCall } from './undo-call.ts';
import { createVerifyCall } from './verify-call.ts';

/** The one road of every call, from every door. */
export function createGateway(parts: GatewayParts) {
  const callTool = createCallTool(parts);

  /** A call as it stands now. Throws `not_found`. */
  async function answerOf(principal: Principal, callId: string): Promise<CallAnswer> {
    return answerOfRow(parts, await parts.history.get(principal, callId));
  }

  /** Waits until the call is final, at most `timeoutMs` or until the signal aborts, and answers how it stands then. */
  async function waitForCall(
    principal: Principal,
    callId: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<CallAnswer> {
    if (timeoutMs < 0) throw new AppError('invalid_input', 'A time to wait cannot be negative.');
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    return answerOfRow(parts, await parts.history.wait(principal, callId, until));
  }

  /** Listens for cancels and catalog changes until stopped. */
  async function start(): Promise<Stop> {
    const stops = await Promise.all([parts.inFlight.start(), parts.catalog.start()]);
    return async () => {
      await Promise.all(stops.map((stop) => stop()));
      await parts.reads.stop();
    };
  }

  return {
    start,
    callTool: (principal: Principal, name: string, args: unknown, options: CallOptions) =>
      callTool(principal, name, args, options),
    undoCall: createUndoCall(parts, callTool),
    verifyCall: createVerifyCall(parts, callTool),
    cancelCall: createCancelCall(parts),
    executeApproved: createExecuteApproved(parts),
    answerOf,
    waitForCall,
    catalog: parts.catalog,
  };
}
export type Gateway = ReturnType<typeof createGateway>;
