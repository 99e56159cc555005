import { ERROR_TABLE, newId, toAppError, type AppError } from '@devmesh/contracts';
import { withLogContext, withTraceContext, type Logger, type Metrics } from '@devmesh/runtime';
import { ProtocolError, type ServerContext } from '@modelcontextprotocol/server';
import { jsonRpcErrorOf } from '../edge/json-rpc-error.ts';
import type { Visit, VisitOf } from './visit.ts';

export type Handler<Params, Result> = (params: Params, visit: Visit, context: ServerContext) => Promise<Result>;
type Guard = <Params, Result>(
  method: string,
  handler: Handler<Params, Result>,
) => (params: Params, context: ServerContext) => Promise<Result>;

const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/**
 * Wraps every handler: the request's trace and log context, one measurement, and a wall for what was thrown, because the
 * SDK sends a thrown message to the client as it is.
 */
export function createGuard({ logger, metrics }: { logger: Logger; metrics: Metrics }) {
  const duration = metrics.histogram({
    name: 'mcp_server_operation_duration_seconds',
    help: 'MCP requests by method and outcome',
    labels: ['method', 'outcome'],
    buckets: BUCKETS,
  });
  return (visitOf: VisitOf): Guard =>
    (method, handler) =>
    async (params, context) => {
      const began = performance.now();
      const visit = visitOf(context);
      const run = () =>
        withLogContext({ request_id: visit.requestId, mcp_method: method }, () => handler(params, visit, context));
      try {
        const result = await withTraceContext(visit.trace, run, { create: true });
        duration.observe({ method, outcome: 'answered' }, seconds(began));
        return result;
      } catch (thrown) {
        duration.observe({ method, outcome: 'refused' }, seconds(began));
        throw presentable(thrown, visit.requestId, logger);
      }
    };
}

function seconds(began: number): number {
  return (performance.now() - began) / 1_000;
}

/** Protocol errors are made by us or by the SDK, in words for the client; everything else gets such words here. */
function presentable(thrown: unknown, requestId: string, logger: Logger): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown;
  const error = asAppError(thrown, logger);
  const { code, message, data } = jsonRpcErrorOf(error, requestId);
  return new ProtocolError(code, message, data);
}

/** Any failure as one of ours; what nobody expected is logged here, once, with the id that its sentence names. */
export function asAppError(thrown: unknown, logger: Logger): AppError {
  const id = newId('err');
  const error = toAppError(thrown, id);
  if (error !== thrown) logger.error('an MCP request failed unexpectedly', { error_id: id, error: thrown });
  else if (ERROR_TABLE[error.code].logLevel === 'error') logger.error(error.message, { error: error.cause ?? error });
  return error;
}
