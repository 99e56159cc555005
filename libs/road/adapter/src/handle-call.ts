import { AppError, errorBody, ToolCallMessage, type ToolPrepareReply, type ToolRunReply } from '@devmesh/contracts';
import type { ServeContext, ServeHandler } from '@devmesh/bus';
import { withLogContext, withTraceContext, type Clock, type Logger } from '@devmesh/runtime';
import type { Adapter } from './define-adapter.ts';
import { describeTool } from './describe-tool.ts';
import { explainFailure } from './explain-failure.ts';
import { fitReply } from './fit-reply.ts';
import type { ConnectionOpener } from './open-connections.ts';
import { prepareTool, runTool } from './run-tool.ts';
import type { ToolContext } from './tool-context.ts';

/** setTimeout takes no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_PROGRESS_TEXT = 1000;

interface HandlerParts<Clients extends object> {
  adapter: Adapter<Clients>;
  open: ConnectionOpener<Clients>;
  logger: Logger;
  clock: Clock;
}

/** Answers calls as they come over the bus. Never throws: whatever fails is a reply. */
export function createCallHandler<Clients extends object>({
  adapter,
  open,
  logger,
  clock,
}: HandlerParts<Clients>): ServeHandler {
  const offered = new Map(
    adapter.tools.map((tool) => [tool.name, { tool, schemaHash: describeTool(tool, adapter.name, true).schemaHash }]),
  );

  async function handle(message: ToolCallMessage, serving: ServeContext): Promise<ToolRunReply | ToolPrepareReply> {
    const { tool, schemaHash } = offered.get(message.tool) ?? {};
    if (!tool) return refusal(unknownTool(adapter.name, message.tool));
    // A read is checked by its parse. A write was weighed, perhaps approved, as another version describes it.
    if (tool.effect !== 'read' && message.schemaHash !== schemaHash) return refusal(otherVersion(message.tool));
    const failing = {
      tool,
      signal: serving.signal,
      toAppError: (thrown: unknown) => adapter.toAppError(thrown),
      logger,
    };
    try {
      const { clients, secrets } = await open(message);
      const context = { ...clients, ...contextOf(message, serving, clock) };
      const execution = { ...failing, input: message.input, context };
      const reply = await (message.operation === 'prepare'
        ? prepareTool(execution)
        : runTool(execution, message.prepared));
      return fitReply(reply, { secrets, effect: message.operation === 'prepare' ? 'read' : tool.effect });
    } catch (thrown) {
      return refusal(explainFailure(failing, thrown).error);
    }
  }

  return (payload, serving) => {
    const { success, data: message } = ToolCallMessage.safeParse(payload);
    if (!success) return Promise.resolve(refusal(notACall()));
    const logged = () => withLogContext({ call_id: message.callId }, () => handle(message, serving));
    // The call's own trace, where it has one: the bus knows only that of whoever sent the message.
    return message.trace.traceparent === undefined ? logged() : withTraceContext(message.trace, logged);
  };
}

function contextOf(message: ToolCallMessage, serving: ServeContext, clock: Clock): ToolContext {
  const remainingMs = Math.min(Math.max(1, message.remainingMs), MAX_TIMER_MS);
  return {
    call: { id: message.callId, principal: message.principal },
    signal: AbortSignal.any([serving.signal, AbortSignal.timeout(remainingMs)]),
    now: clock,
    connection: message.connection?.name,
    // Cut, since the bus refuses a long one, and that must not end a call that is under way.
    progress: (progress, total, text) => {
      serving.progress({ progress, total, message: text?.slice(0, MAX_PROGRESS_TEXT) });
    },
  };
}

function notACall(): AppError {
  return new AppError('invalid_input', 'This is not a call that this adapter understands.');
}

function unknownTool(system: string, tool: string): AppError {
  return new AppError('not_found', `This version of the ${system} adapter has no tool ${tool}.`, {
    suggestion: 'List the tools again.',
  });
}

function otherVersion(tool: string): AppError {
  return new AppError(
    'unavailable',
    `This adapter has another version of ${tool} than the call was made for; nothing was done.`,
    {
      suggestion: 'Make the call again in some seconds: a new version is being rolled out.',
    },
  );
}

function refusal(error: AppError): { ok: false; error: ReturnType<typeof errorBody> } {
  return { ok: false, error: errorBody(error) };
}
