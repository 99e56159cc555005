import type { TraceContext } from '@devmesh/contracts';
import type { CallOptions } from '@devmesh/gateway';
import { ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';

// What a caller may say about a call beside its arguments. Other keys of `_meta` belong to others.
const CallMeta = z.object({
  'devmesh/idempotency_key': z.string().min(1).max(255).optional(),
  'devmesh/connection': z.string().min(1).max(100).optional(),
  'devmesh/reason': z.string().max(2_000).optional(),
  'devmesh/max_bytes': z.int().min(1).optional(),
  traceparent: z.string().max(100).optional(),
  tracestate: z.string().max(512).optional(),
});

export type MetaOptions = Pick<CallOptions, 'idempotencyKey' | 'connection' | 'reason' | 'maxBytes'>;

/** Reads `_meta`. @throws ProtocolError invalid params, naming the key. */
export function readCallMeta(meta: ServerContext['mcpReq']['_meta']): {
  options: MetaOptions;
  trace: TraceContext | undefined;
} {
  if (meta === undefined) return { options: {}, trace: undefined };
  const parsed = CallMeta.safeParse(meta);
  if (!parsed.success) throw badMeta(parsed.error);
  const { traceparent, tracestate } = parsed.data;
  return {
    options: {
      idempotencyKey: parsed.data['devmesh/idempotency_key'],
      connection: parsed.data['devmesh/connection'],
      reason: parsed.data['devmesh/reason'],
      maxBytes: parsed.data['devmesh/max_bytes'],
    },
    trace: traceparent === undefined ? undefined : { traceparent, ...(tracestate !== undefined && { tracestate }) },
  };
}

function badMeta(error: z.ZodError): ProtocolError {
  const faults = error.issues.map(({ path, message }) => `_meta["${path.join('.')}"]: ${message}`);
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `Invalid params: ${faults.join('; ')}`);
}
