import { AppError, errorBody, newId, Prepared, toAppError, type ToolPrepareReply, type ToolRunReply } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import type { z } from 'zod';
import type { Tool } from './define-tool.ts';
import { isOutcomeUnknown } from './outcome-unknown.ts';
import { parseInput } from './parse-input.ts';
import type { ToolContext } from './tool-context.ts';

/** How one handler is run: the same for a system's adapter and for DevMesh's own tools. */
export interface Execution<Context extends ToolContext> {
  tool: Tool<z.ZodObject, z.ZodObject, Context>;
  input: unknown;
  context: Context;
  toAppError(thrown: unknown): AppError | undefined;
  logger: Logger;
}

/** Runs the tool. Never throws: a failure is a reply, and a write whose answer was lost says so. */
export async function runTool<Context extends ToolContext>(execution: Execution<Context>, prepared?: Prepared): Promise<ToolRunReply> {
  const { tool, context } = execution;
  let began = false;
  try {
    const input = parseInput(tool.input, execution.input);
    context.signal.throwIfAborted();
    began = true;
    const result = await tool.run(input, { ...context, ...(prepared && { prepared }) });
    const data = parseOutput(tool, result.data);
    const undo = tool.undo?.(input, prepared, data);
    const output = { ...result, data };
    return { ok: true, output, ...(undo && { undo }), ...(context.connection !== undefined && { connection: context.connection }) };
  } catch (thrown) {
    const error = failure(execution, thrown);
    const unknown = began && tool.effect !== 'read' && (isOutcomeUnknown(error) || context.signal.aborted);
    return { ok: false, error: errorBody(error), ...(unknown && { outcomeUnknown: true }) };
  }
}

/** Reads what `run` would change. Never throws. */
export async function prepareTool<Context extends ToolContext>(execution: Execution<Context>): Promise<ToolPrepareReply> {
  const { tool, context } = execution;
  try {
    const input = parseInput(tool.input, execution.input);
    const facts = await tool.prepare?.(input, context);
    const prepared = Prepared.parse(facts ?? {});
    const verify = tool.verify?.(input, prepared, context.call.id);
    return { ok: true, prepared, ...(verify && { verify }) };
  } catch (thrown) {
    return { ok: false, error: errorBody(failure(execution, thrown)) };
  }
}

function parseOutput<Output extends z.ZodObject>(tool: { name: string; output: Output }, data: unknown): z.output<Output> {
  const parsed = tool.output.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Error(`${tool.name} gave data that its own output schema refuses: ${parsed.error.message}`);
}

function failure<Context extends ToolContext>({ tool, context, toAppError: ofVendor, logger }: Execution<Context>, thrown: unknown): AppError {
  if (context.signal.aborted) return aborted(tool, context.signal, thrown);
  const known = thrown instanceof AppError ? thrown : ofVendor(thrown);
  if (known) return known;
  const id = newId('err');
  logger.error('tool failed unexpectedly', { tool: tool.name, call_id: context.call.id, error_id: id, error: thrown });
  return toAppError(thrown, id);
}

function aborted(tool: Pick<Tool, 'name'>, signal: AbortSignal, cause: unknown): AppError {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return timedOut
    ? new AppError('timeout', `${tool.name} did not finish in time.`, { cause, suggestion: 'Ask for less (a shorter window, a narrower selector), or allow more time.' })
    : new AppError('timeout', `${tool.name} was cancelled.`, { cause, retryable: false });
}
