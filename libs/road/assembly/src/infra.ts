import type { Bus } from '@devmesh/bus';
import type { Cache } from '@devmesh/cache';
import type { Queue } from '@devmesh/queue';
import type { Clock, Health, Lifecycle, Logger, Metrics } from '@devmesh/runtime';
import type { Store } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';

/** What the road stands on; which form each of them has is `main`'s to choose. */
export interface Infra {
  store: Store;
  bus: Bus;
  queue: Queue;
  cache: Cache;
  vault: Vault;
}

/** What a process brings along itself. */
export interface ProcessParts {
  logger: Logger;
  metrics: Metrics;
  health: Health;
  lifecycle: Lifecycle;
  clock: Clock;
}

/** Shows the four dependencies in the process's health; all of them are needed to be ready. */
export function reportInfra({ store, bus, queue, cache }: Infra, health: Health): void {
  health.add('database', () => ({ ...store.state(), critical: true }));
  health.add('bus', () => ({ ...bus.state(), critical: true }));
  health.add('queue', () => ({ ...queue.state(), critical: true }));
  health.add('cache', () => ({ ...cache.state(), critical: true }));
}
