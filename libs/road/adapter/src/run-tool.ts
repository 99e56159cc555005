import { errorBody, Prepared, type AppError, type ToolPrepareReply, type ToolRunReply } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import type { z } from 'zod';
import type { Tool } from './define-tool.ts';
import { explainFailure } from './explain-failure.ts';
import { parseInput } from './parse-input.ts';
import type { ToolContext } from './tool-context.ts';
import { untilAborted } from './until-aborted.ts';

/** How one handler is run: the same for a system's adapter and for DevMesh's own tools. */
export interface Execution<Context extends ToolContext> {
  tool: Tool<z.ZodObject, z.ZodObject, Context>;
  input: unknown;
  context: Context;
  toAppError(thrown: unknown): AppError | undefined;
  logger: Logger;
}

/**
 * Runs the tool, at most until its signal aborts. Never throws: a failure is a reply, and a write that may have been done
 * all the same (out of time, answer lost, an unexpected failure after it began) says so.
 */
export async function runTool<Context extends ToolContext>(
  execution: Execution<Context>,
  prepared?: Prepared,
): Promise<ToolRunReply> {
  const { tool, context } = execution;
  let began = false;
  try {
    const input = parseInput(tool.input, execution.input);
    context.signal.throwIfAborted();
    began = true;
    const result = await untilAborted(tool.run(input, { ...context, ...(prepared && { prepared }) }), context.signal);
    const data = parseOutput(tool, result.data);
    const undo = wayBack(execution, () => tool.undo?.(input, prepared, data));
    const { connection } = context;
    return {
      ok: true,
      output: { ...result, data },
      ...(undo && { undo }),
      ...(connection !== undefined && { connection }),
    };
  } catch (thrown) {
    const { error, nothingDone } = explain(execution, tool, thrown);
    const unknown = began && tool.effect !== 'read' && !nothingDone;
    return { ok: false, error: errorBody(error), ...(unknown && { outcomeUnknown: true }) };
  }
}

/** Reads what `run` would change. Never throws. */
export async function prepareTool<Context extends ToolContext>(
  execution: Execution<Context>,
): Promise<ToolPrepareReply> {
  const { tool, context } = execution;
  try {
    const input = parseInput(tool.input, execution.input);
    context.signal.throwIfAborted();
    const facts = tool.prepare && (await untilAborted(tool.prepare(input, context), context.signal));
    const prepared = Prepared.parse(facts ?? {});
    const verify = tool.verify?.(input, prepared, context.call.id);
    return { ok: true, prepared, ...(verify && { verify }) };
  } catch (thrown) {
    // Whatever the tool does, looking changes nothing.
    const { error } = explain(execution, { name: tool.name, effect: 'read' }, thrown);
    return { ok: false, error: errorBody(error) };
  }
}

function explain<Context extends ToolContext>(
  { context, toAppError, logger }: Execution<Context>,
  tool: Pick<Tool, 'name' | 'effect'>,
  thrown: unknown,
) {
  return explainFailure({ tool, signal: context.signal, toAppError, logger }, thrown);
}

function parseOutput<Output extends z.ZodObject>(
  tool: { name: string; output: Output },
  data: unknown,
): z.output<Output> {
  const parsed = tool.output.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Error(`${tool.name} gave data that its own output schema refuses: ${parsed.error.message}`);
}

// It is done; that nobody knows the way back must not make it look as if it were not.
function wayBack<Context extends ToolContext, FollowUp>(
  { tool, logger }: Execution<Context>,
  find: () => FollowUp | undefined,
): FollowUp | undefined {
  try {
    return find();
  } catch (error) {
    logger.error('a tool that ran could not say its way back', { tool: tool.name, error });
    return undefined;
  }
}
