import { AppError, errorBody, type ToolDescriptor, type ToolPrepareReply, type ToolRunReply } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import type { z } from 'zod';
import type { Tool } from './define-tool.ts';
import { describeTool } from './describe-tool.ts';
import { prepareTool, runTool, type Execution } from './run-tool.ts';
import type { ToolContext } from './tool-context.ts';

/** Tools served by the same kit inside the door's own process: DevMesh's own. Neither function throws. */
export interface LocalTools<Context extends ToolContext> {
  descriptors: ToolDescriptor[];
  run(tool: string, input: unknown, context: Context): Promise<ToolRunReply>;
  prepare(tool: string, input: unknown, context: Context): Promise<ToolPrepareReply>;
}

/** Makes tools callable without a bus. They come by system: the name that policy sees. */
export function serveLocally<Context extends ToolContext>(
  bySystem: Readonly<Record<string, readonly Tool<z.ZodObject, z.ZodObject, Context>[]>>,
  logger: Logger,
): LocalTools<Context> {
  const all = Object.entries(bySystem).flatMap(([system, tools]) => tools.map((tool) => ({ system, tool })));
  const byName = new Map(all.map(({ tool }) => [tool.name, tool]));

  async function withTool<Reply>(
    name: string,
    input: unknown,
    context: Context,
    use: (execution: Execution<Context>) => Promise<Reply>,
  ) {
    const tool = byName.get(name);
    if (tool) return use({ tool, input, context, logger, toAppError: () => undefined });
    return { ok: false as const, error: errorBody(new AppError('not_found', `There is no tool ${name}.`)) };
  }

  return {
    descriptors: all.map(({ system, tool }) => describeTool(tool, system, false)),
    run: (name, input, context) => withTool(name, input, context, runTool),
    prepare: (name, input, context) => withTool(name, input, context, prepareTool),
  };
}
