import type { ConnectionView } from '@devmesh/connections';
import { AppError, ToolFailure, type Principal } from '@devmesh/contracts';
import type { CatalogTool, Gateway } from '@devmesh/gateway';
import { z } from 'zod';

/** Which reads were made over a connection, and how each ended. */
export const ConnectionTest = z.object({
  ok: z.boolean().describe('One of the reads succeeded.'),
  checks: z.array(
    z.object({
      tool: z.string(),
      ok: z.boolean(),
      call_id: z.string(),
      summary: z.string(),
      error: ToolFailure.optional(),
      duration_ms: z.number(),
    }),
  ),
});
export type ConnectionTest = z.infer<typeof ConnectionTest>;

const MOST_CHECKS = 3;

/**
 * Asks the system over one connection until a read succeeds, by real calls that are decided and recorded as all are. A
 * connection may serve a part of its system only, so one "not configured" is no verdict; a server that is away is.
 * Throws `unavailable` where there is no read that needs no argument, or none for this principal.
 */
export async function testConnection(
  gateway: Pick<Gateway, 'catalog' | 'callTool'>,
  principal: Principal,
  { system, name }: Pick<ConnectionView, 'system' | 'name'>,
  options: { requestId: string; signal: AbortSignal },
): Promise<ConnectionTest> {
  const tools = await gateway.catalog.list(principal, { all: true });
  const harmless = tools.filter((tool) => tool.descriptor.system === system && needsNothing(tool));
  if (harmless.length === 0) throw nothingToAsk(system);
  const checks: ConnectionTest['checks'] = [];
  for (const { descriptor } of harmless.slice(0, MOST_CHECKS)) {
    const { reply } = await gateway.callTool(
      principal,
      descriptor.name,
      {},
      { ...options, door: 'rest', connection: name },
    );
    const { success, call_id, summary, error, duration_ms } = reply;
    checks.push({ tool: descriptor.name, ok: success, call_id, summary, ...(error && { error }), duration_ms });
    if (success || error?.retryable === true) break;
  }
  return { ok: checks.some(({ ok }) => ok), checks };
}

function needsNothing({ descriptor: { effect, inputSchema } }: CatalogTool): boolean {
  const { required } = inputSchema;
  return effect === 'read' && (!Array.isArray(required) || required.length === 0);
}

function nothingToAsk(system: string): AppError {
  return new AppError('unavailable', `There is no read of ${system} that needs no argument and that you may call.`, {
    retryable: false,
    suggestion: 'Call one of its tools with `"connection": "<name>"`; GET /api/v1/tools?all=true lists them.',
  });
}
