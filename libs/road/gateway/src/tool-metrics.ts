import type { CallReply } from '@devmesh/contracts';
import type { Metrics } from '@devmesh/runtime';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts and times every call, whatever its outcome. Tools that do not exist are not counted: their names are the caller's. */
export function createToolMetrics(metrics: Metrics) {
  const executions = metrics.counter({
    name: 'mcp_tool_executions_total',
    help: 'Tool calls by tool and outcome.',
    labels: ['tool', 'status', 'door'],
  });
  const durations = metrics.histogram({
    name: 'mcp_tool_duration_seconds',
    help: 'How long tool calls took.',
    labels: ['tool', 'door'],
    buckets: BUCKETS,
  });
  return (tool: string, door: string, reply: Pick<CallReply, 'status' | 'duration_ms'>) => {
    executions.inc({ tool, status: reply.status, door });
    durations.observe({ tool, door }, reply.duration_ms / 1000);
  };
}
