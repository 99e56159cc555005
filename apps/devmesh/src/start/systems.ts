import { serveAdapter, type Adapter } from '@devmesh/adapter';
import type { Bus, Stop } from '@devmesh/bus';
import { prometheus } from '@devmesh/prometheus';
import { VERSION } from '@devmesh/rest-api';
import type { Clock, Logger } from '@devmesh/runtime';
import type { SystemKey } from '@devmesh/vault';

/** Every system that one process serves. */
export const SYSTEMS: readonly Adapter[] = [prometheus];

/** Names of all systems' own environments. */
export const SystemsConfig = { ...prometheus.config.shape };

export interface ServeSystemsParts {
  bus: Bus;
  systemKey: SystemKey;
  config: Record<string, unknown>;
  organizationSlug: string;
  logger: Logger;
  clock: Clock;
}

/** Serves adapters inside this process until stopped. */
export async function serveSystems(
  adapters: readonly Adapter[],
  { config, ...parts }: ServeSystemsParts,
): Promise<Stop> {
  const stops: Stop[] = [];
  for (const adapter of adapters) {
    stops.push(await serveAdapter(adapter, { ...parts, appVersion: VERSION, config: adapter.config.parse(config) }));
  }
  return async () => {
    for (const stop of stops.reverse()) await stop();
  };
}

/** Names of the adapters that find a connection in this environment. */
export function systemsOfEnvironment(adapters: readonly Adapter[], config: Record<string, unknown>): string[] {
  return adapters
    .filter((adapter) => adapter.environmentConnections(adapter.config.parse(config)).length > 0)
    .map(({ name }) => name);
}
