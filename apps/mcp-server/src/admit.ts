import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, type TraceContext } from '@devmesh/contracts';
import { credentialOf } from './edge/credential.ts';
import type { McpParts } from './mcp-parts.ts';
import type { Visit } from './serving/visit.ts';

/** Who is it, how often, by which toolsets. @throws unauthenticated, rate_limited, not_found. */
export async function admit(
  request: IncomingMessage,
  response: ServerResponse,
  { toolsets, requestId }: Pick<Visit, 'toolsets' | 'requestId'>,
  { authenticate, takeRequest, gateway }: Pick<McpParts, 'authenticate' | 'takeRequest' | 'gateway'>,
): Promise<Visit> {
  const principal = await authenticate(credentialOf(request));
  const allowance = await takeRequest(principal);
  for (const name in allowance.headers) response.setHeader(name, allowance.headers[name] ?? '');
  if (!allowance.allowed) throw limited(allowance.retryAfterSeconds);
  if (toolsets !== '') gateway.catalog.assertToolsets(toolsets);
  return { principal, toolsets, requestId, trace: traceOf(request) };
}

export function limited(retryAfterSeconds: number): AppError {
  const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
  return new AppError('rate_limited', `Too many requests; the next one is possible in ${String(seconds)} s.`, {
    details: { retry_after_seconds: seconds },
    suggestion: `Wait ${String(seconds)} s, or ask for a key with a higher rate limit.`,
  });
}

export function traceOf({ headers: { traceparent, tracestate } }: IncomingMessage): TraceContext {
  return {
    ...(typeof traceparent === 'string' && { traceparent }),
    ...(typeof tracestate === 'string' && { tracestate }),
  };
}
