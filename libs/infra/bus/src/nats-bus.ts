import { setTimeout as delay } from 'node:timers/promises';
import { AuthorizationError, connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { AppError } from '@devmesh/contracts';
import { systemClock } from '@devmesh/runtime';
import type { Clock } from '@devmesh/runtime';
import type { Bus } from './bus.ts';
import { createBus } from './create-bus.ts';
import type { BusOptions } from './create-bus.ts';
import { natsOptions } from './nats-options.ts';
import type { NatsTarget } from './nats-options.ts';
import { natsTransport } from './nats-transport.ts';
import { checkQueue } from './subject.ts';

export interface NatsBusOptions extends BusOptions, NatsTarget {
  clock?: Clock | undefined;
  /** How long to wait for a server that does not answer yet. Default 10,000. */
  startMs?: number | undefined;
}

const START_MS = 10_000;
const RETRY_MS = 250;

/**
 * The bus over NATS. Once it stands it gets a lost connection back by itself, for ever, with all that is served and
 * subscribed; `state()` says how it is meanwhile. Throws AppError: `unavailable` where no server answers within
 * `startMs`, `unauthenticated` where it refuses the credentials (at once).
 */
export async function connectNatsBus(options: NatsBusOptions): Promise<Bus> {
  const { name, logger, clock = systemClock, startMs = START_MS } = options;
  checkQueue(name);
  const connection = await connectWithin(startMs, options);
  const { bus, ready } = createBus(natsTransport(connection, { name, logger, clock }), options);
  try {
    await ready;
  } catch (error) {
    await connection.close();
    throw error;
  }
  return bus;
}

async function connectWithin(startMs: number, target: NatsTarget): Promise<NatsConnection> {
  const settings = natsOptions(target);
  const end = performance.now() + startMs;
  for (;;) {
    try {
      return await connect(settings);
    } catch (error) {
      if (error instanceof AuthorizationError) throw refused(error);
      if (performance.now() + RETRY_MS > end) throw unreachable(settings.servers, error);
    }
    await delay(RETRY_MS);
  }
}

function refused(cause: unknown): AppError {
  return new AppError('unauthenticated', 'NATS refuses the credentials of this process.', {
    suggestion: 'Check the user and password, token or creds that belong to NATS_URL.',
    cause,
  });
}

function unreachable(servers: string | string[] | undefined, cause: unknown): AppError {
  return new AppError('unavailable', `No NATS server answers at ${String(servers)}.`, {
    suggestion: 'Start it, or set NATS_URL to where it is.',
    cause,
  });
}
