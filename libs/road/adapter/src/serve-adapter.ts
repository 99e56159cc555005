import { subjects } from '@devmesh/contracts';
import type { Bus, Stop } from '@devmesh/bus';
import type { Clock, Logger } from '@devmesh/runtime';
import type { SystemKey } from '@devmesh/vault';
import { announcementOf, type AnnouncementFacts } from './announcement.ts';
import type { Adapter } from './define-adapter.ts';
import { createCallHandler } from './handle-call.ts';
import { keepAnnouncing, type Repeat } from './keep-announcing.ts';
import { createConnectionOpener } from './open-connections.ts';

const CONCURRENCY = 50;

export interface ServeOptions extends AnnouncementFacts {
  bus: Bus;
  systemKey: SystemKey;
  /** The adapter's own configuration, parsed by its `config` schema. */
  config: Record<string, unknown>;
  logger: Logger;
  clock: Clock;
  /** Calls in flight at once; the rest waits its turn. Default: the adapter's own, else 50. */
  concurrency?: number;
  /** For tests: what calls the announcement every 10 s. */
  repeat?: Repeat;
}

/**
 * Serves an adapter's tools on the bus until stopped: then it takes no new call and waits for the running ones. With an
 * empty `organizationSlug` the environment's connections belong to nobody, and are not offered.
 */
export async function serveAdapter<Clients extends object>(
  adapter: Adapter<Clients>,
  options: ServeOptions,
): Promise<Stop> {
  const { bus, logger, clock, systemKey, organizationSlug, config, repeat } = options;
  const environment = organizationSlug === '' ? [] : adapter.environmentConnections(config);
  const open = createConnectionOpener({ adapter, environment, organizationSlug, privateJwk: systemKey.privateJwk });
  const stopServing = await bus.serve(
    subjects.callsOf(adapter.name),
    createCallHandler({ adapter, open, logger, clock }),
    {
      queue: `adapter.${adapter.name}`,
      concurrency: options.concurrency ?? adapter.concurrency ?? CONCURRENCY,
    },
  );
  const stopAnnouncing = await keepAnnouncing(bus, announcementOf(adapter, environment, options), repeat);
  return async () => {
    await stopAnnouncing();
    await stopServing();
  };
}
