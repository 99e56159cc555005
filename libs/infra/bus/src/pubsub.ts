import { traceContext, withTraceContext } from '@devmesh/runtime';
import type { CounterMetric, Logger } from '@devmesh/runtime';
import { decodeBody, encodeMessage } from './body.ts';
import type { Bus, Stop, SubscribeHandler, SubscribeOptions } from './bus.ts';
import { traceHeaders, traceOf } from './headers.ts';
import { HEADER_BYTES } from './limits.ts';
import { checkPattern, checkQueue, checkSubject } from './subject.ts';
import type { Incoming, Transport } from './transport.ts';

export interface PubsubParts {
  transport: Transport;
  logger: Logger;
  dropped: CounterMetric;
  badMessages: CounterMetric;
}

export function createPublish({ transport, dropped }: PubsubParts): Bus['publish'] {
  return (subject, payload) => {
    checkSubject(subject);
    const body = encodeMessage(payload, transport.maxMessageBytes() - HEADER_BYTES);
    // Nothing is kept for later: whoever must not miss it has a row to look at, or a queue.
    if (!transport.send({ subject, body, headers: traceHeaders(traceContext()) })) dropped.inc();
  };
}

export function createSubscribe(parts: PubsubParts): Bus['subscribe'] {
  return async (subject: string, handler: SubscribeHandler, { queue }: SubscribeOptions = {}): Promise<Stop> => {
    checkPattern(subject);
    if (queue !== undefined) checkQueue(queue);
    const running = new Set<Promise<void>>();
    const listening = await parts.transport.listen(subject, queue, (message) => {
      const done = hear(parts, message, handler);
      running.add(done);
      void done.finally(() => running.delete(done));
    });
    return async () => {
      await listening.drain();
      await Promise.all(running);
    };
  };
}

/** Hands one message to its handler. Never rejects: one bad message, or one bad day, must not end the listening. */
async function hear(parts: PubsubParts, message: Incoming, handler: SubscribeHandler): Promise<void> {
  const { logger, badMessages } = parts;
  const { subject } = message;
  let payload: unknown;
  try {
    payload = decodeBody(message.body);
  } catch (error) {
    badMessages.inc({ reason: 'not_json' });
    logger.warn('a message on the bus is not JSON', { subject, error });
    return;
  }
  try {
    await withTraceContext(traceOf(message), () => handler(payload, subject));
  } catch (error) {
    logger.error('a subscriber failed', { subject, error });
  }
}
