import { serveAdapter } from '@devmesh/adapter';
import type { Bus, Stop } from '@devmesh/bus';
import { prometheus } from '@devmesh/prometheus';
import type { Clock, Logger } from '@devmesh/runtime';
import { VERSION } from '@devmesh/rest-api';
import type { SystemKey } from '@devmesh/vault';

/** Names of all systems' own environments. */
export const PrometheusConfigShape = prometheus.config.shape;

export interface ServeSystemsParts {
  bus: Bus;
  systemKey: SystemKey;
  config: Record<string, unknown>;
  organizationSlug: string;
  logger: Logger;
  clock: Clock;
}

/** Serves every system's adapter inside this process. */
export function serveSystems({ config, ...parts }: ServeSystemsParts): Promise<Stop> {
  return serveAdapter(prometheus, { ...parts, appVersion: VERSION, config: prometheus.config.parse(config) });
}
