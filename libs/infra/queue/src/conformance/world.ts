import { newId } from '@devmesh/contracts';
import type { JobPayload } from '@devmesh/contracts';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import type { Logger, Metrics } from '@devmesh/runtime';
import type { Queue, StallSettings } from '../index.ts';

export interface QueueParts {
  logger: Logger;
  metrics: Metrics;
  stopDeadlineMs: number;
  stall: StallSettings;
}

/** One backend, empty, of its own. */
export interface QueueWorld {
  /** Another queue on it, as another process would have one. */
  open(parts: QueueParts): Promise<Queue>;
  /** A process that takes a `call.execute` job and never ends it; resolves when it has one. Only where there are processes. */
  spawnVictim?(): Promise<{ kill(): Promise<void> }>;
  /** Breaks every connection to it. */
  breakConnections?(): Promise<void>;
  close(): Promise<void>;
}

/** Dead workers are noticed within seconds, so that tests need not wait for it. */
export const quickStall: StallSettings = { lockDurationMs: 1_500, stalledIntervalMs: 500 };

export function queueParts(over: Partial<QueueParts> = {}): QueueParts {
  return {
    logger: silentLogger(),
    metrics: createMetrics({ service: 'test' }),
    stopDeadlineMs: 10_000,
    stall: quickStall,
    ...over,
  };
}

export const newCall = (): JobPayload<'call.execute'> => ({ organizationId: 'org_1', callId: newId('call') });
export const newContext = (): JobPayload<'context.index'> => ({ organizationId: 'org_1', contextId: newId('ctx') });

/** Resolves when `condition` holds; asks again every 10 ms. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`It did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
