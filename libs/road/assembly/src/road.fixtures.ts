import { createMemoryBus, type Bus } from '@devmesh/bus';
import { createMemoryCache } from '@devmesh/cache';
import type { Queue } from '@devmesh/queue';
import { createHealth, createLifecycle, createMetrics, silentLogger } from '@devmesh/runtime';
import type { Store } from '@devmesh/store';
import { createVault } from '@devmesh/vault';
import { createRoad } from './create-road.ts';
import type { Infra, ProcessParts } from './infra.ts';
import { RoadSettings } from './settings.ts';

/** A road on a memory store, with a bus that counts who listens and a queue that nobody works off. */
export function roadOn(store: Store, changed: Partial<RoadSettings> = {}, bus: CountedBus = countedBus()) {
  const clock = () => new Date();
  const logger = silentLogger();
  const process: ProcessParts = {
    logger,
    metrics: createMetrics({ service: 'test' }),
    health: createHealth({ clock }),
    lifecycle: createLifecycle({ logger, deadlineMs: 1_000 }),
    clock,
  };
  const infra: Infra = {
    store,
    bus,
    cache: createMemoryCache({ clock }),
    queue: { add: async () => {}, state: () => ({ state: 'up' as const }) } as Partial<Queue> as Queue,
    vault: createVault({ masterKey: new Uint8Array(32).fill(7), clock }),
  };
  return { infra, process, bus, road: createRoad(infra, process, { ...RoadSettings.parse({}), ...changed }) };
}

export interface CountedBus extends Bus {
  /** Subjects that are listened to now. */
  listening: string[];
  /** Subjects that cannot be subscribed. */
  refuses: Set<string>;
}

export function countedBus(): CountedBus {
  const logger = silentLogger();
  const bus = createMemoryBus({ logger, metrics: createMetrics({ service: 'test' }) });
  const listening: string[] = [];
  const refuses = new Set<string>();
  return {
    ...bus,
    listening,
    refuses,
    async subscribe(subject, handler, options) {
      if (refuses.has(subject)) throw new Error(`${subject} is refused`);
      const stop = await bus.subscribe(subject, handler, options);
      listening.push(subject);
      return async () => {
        listening.splice(listening.indexOf(subject), 1);
        await stop();
      };
    },
  };
}
