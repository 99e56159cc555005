import { newId, type Prepared, type ToolPrepareReply, type ToolRunReply } from '@devmesh/contracts';
import { silentLogger, systemClock, type Clock } from '@devmesh/runtime';
import type { z } from 'zod';
import type { Adapter } from '../define-adapter.ts';
import type { Tool } from '../define-tool.ts';
import { prepareTool, runTool } from '../run-tool.ts';
import type { ToolContext } from '../tool-context.ts';

/** What a tool's own test calls. The context is plain: the clients that the tool uses, and what of ToolContext matters. */
export interface TestTools<Clients extends object> {
  callTool(tool: ToolOf<Clients>, input: Record<string, unknown>, context: TestContext<Clients>): Promise<ToolRunReply>;
  prepareTool(
    tool: ToolOf<Clients>,
    input: Record<string, unknown>,
    context: TestContext<Clients>,
  ): Promise<ToolPrepareReply>;
}

export type TestContext<Clients extends object> = Clients & Partial<ToolContext> & { prepared?: Prepared };
type ToolOf<Clients extends object> = Tool<z.ZodObject, z.ZodObject, Clients & ToolContext>;

/** Runs an adapter's tools as they are run in earnest, with its own `toAppError`, but without a bus. */
export function testTools<Clients extends object>(
  adapter: Adapter<Clients>,
  { now = systemClock }: { now?: Clock } = {},
): TestTools<Clients> {
  const execution = (
    tool: ToolOf<Clients>,
    input: Record<string, unknown>,
    { prepared: _prepared, ...given }: TestContext<Clients>,
  ) => {
    const plain: ToolContext = {
      call: { id: newId('call'), principal: 'someone@example.com' },
      signal: AbortSignal.timeout(10_000),
      now,
      connection: 'default',
      progress: () => undefined,
    };
    const context = { ...plain, ...given } as unknown as Clients & ToolContext;
    return {
      tool,
      input,
      context,
      logger: silentLogger(),
      toAppError: (thrown: unknown) => adapter.toAppError(thrown),
    };
  };
  return {
    callTool: (tool, input, context) => runTool(execution(tool, input, context), context.prepared),
    prepareTool: (tool, input, context) => prepareTool(execution(tool, input, context)),
  };
}
