import type { Bus } from '@devmesh/bus';
import type { Clock, Logger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';

export interface ConnectionsOptions {
  db: Db;
  bus: Bus;
  clock: Clock;
  logger: Logger;
  /** False refuses endpoints that are literally private, loopback or link-local. Default true. */
  allowPrivateEndpoints?: boolean;
}

/** What every function of this library works with. */
export interface Deps extends Required<ConnectionsOptions> {
  /** To be called after a commit: this process at once, the others by the bus. */
  publishChange(): void;
}
