import type { AppError } from '@devmesh/contracts';
import type { Attempt } from './call-attempt.ts';
import type { GatewayParts } from './gateway-parts.ts';

/** What nobody foresaw is logged here, once; its cause goes no further. */
export function logUnexpected(
  { logger }: Pick<GatewayParts, 'logger'>,
  { tool }: Pick<Attempt, 'tool'>,
  error: AppError,
): void {
  if (error.code !== 'internal' || error.cause === undefined) return;
  logger.error('a call failed unexpectedly', { tool: tool.descriptor.name, error: error.cause });
}
