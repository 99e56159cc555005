import type { CallAnswer } from '@devmesh/contracts';
import type { Attempt } from './call-attempt.ts';
import type { GatewayParts } from './gateway-parts.ts';

/**
 * Runs `fn` cancellable and in one of the principal's places. DevMesh's own `devmesh` tools take none: they wait for other
 * calls or take the road again, and would lock their own caller out.
 */
export function inPlace(
  parts: GatewayParts,
  { callId, principal, tool, options }: Attempt,
  fn: (signal: AbortSignal) => Promise<CallAnswer>,
): Promise<CallAnswer> {
  const tracked = () => parts.inFlight.track(callId, principal, options.signal, fn);
  return tool.descriptor.system === 'devmesh' ? tracked() : parts.withExecution(principal, callId, tracked);
}
