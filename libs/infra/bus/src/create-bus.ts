import type { AppError } from '@devmesh/contracts';
import type { Logger, Metrics } from '@devmesh/runtime';
import type { Bus, Stop } from './bus.ts';
import { createInbox } from './inbox.ts';
import { DRAIN_MS, KEEP_ALIVE_MS } from './limits.ts';
import { busIsAway } from './not-delivered-error.ts';
import { createPublish, createSubscribe } from './pubsub.ts';
import { createRequester } from './requester.ts';
import { createResponder } from './responder.ts';
import type { Transport } from './transport.ts';
import { within } from './within.ts';

/** What both forms take. */
export interface BusOptions {
  logger: Logger;
  metrics: Metrics;
  /** How often a handler at work says so; after three times of silence the asker gives up. Default 5,000. */
  keepAliveMs?: number | undefined;
  /** How long `close` waits for running handlers. Default 10,000. */
  drainMs?: number | undefined;
}

/** After they were aborted, handlers may still say how far they came. */
const LAST_WORDS_MS = 500;

/** A bus over a transport. `ready` resolves when answers can reach it. */
export function createBus(
  transport: Transport,
  { logger, metrics, keepAliveMs = KEEP_ALIVE_MS, drainMs = DRAIN_MS }: BusOptions,
): { bus: Bus; ready: Promise<void> } {
  const inbox = createInbox(transport);
  const leaving = new AbortController();
  const counters = { dropped: droppedCounter(metrics), badMessages: badMessagesCounter(metrics) };
  const requester = createRequester({ transport, inbox, logger, metrics, keepAliveMs });
  const serve = createResponder({ transport, inbox, logger, metrics, leaving: leaving.signal, ...counters });
  const subscribe = createSubscribe({ transport, logger, ...counters });
  const stops = new Set<Stop>();
  let closed: Promise<void> | undefined;

  async function keep(begin: () => Promise<Stop>): Promise<Stop> {
    if (closed !== undefined) throw shuttingDown();
    const end = await begin();
    let ended: Promise<void> | undefined;
    const stop = () => (ended ??= end().finally(() => stops.delete(stop)));
    stops.add(stop);
    return stop;
  }

  async function leave(): Promise<void> {
    // Requests of our own stay possible for as long as handlers run: they need them to end.
    const drained = Promise.all([...stops].map((stop) => stop()));
    if (!(await within(drainMs, drained))) {
      logger.warn('handlers still run at the end of the time for shutting down the bus; aborting them');
      leaving.abort(shuttingDown());
      await within(LAST_WORDS_MS, drained);
    }
    requester.close();
    await transport.close();
  }

  const bus: Bus = {
    request: requester.request,
    serve: (subject, handler, options) => keep(() => serve(subject, handler, options)),
    publish: createPublish({ transport, logger, ...counters }),
    subscribe: (subject, handler, options) => keep(() => subscribe(subject, handler, options)),
    state: () => transport.state(),
    close: () => (closed ??= leave()),
  };
  return { bus, ready: inbox.ready };
}

function shuttingDown(): AppError {
  return busIsAway('this process is shutting down');
}

function droppedCounter(metrics: Metrics) {
  return metrics.counter({
    name: 'bus_publishes_dropped_total',
    help: 'Messages published while the bus was away. They are gone: the bus keeps nothing.',
  });
}

function badMessagesCounter(metrics: Metrics) {
  return metrics.counter({
    name: 'bus_bad_messages_total',
    help: 'Messages that could not be used.',
    labels: ['reason'],
  });
}
