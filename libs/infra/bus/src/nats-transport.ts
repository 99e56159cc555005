import { headers as natsHeaders, nuid, PermissionViolationError } from '@nats-io/transport-node';
import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node';
import { AppError } from '@devmesh/contracts';
import type { Clock, Logger } from '@devmesh/runtime';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { within } from './within.ts';
import { watchConnection } from './nats-state.ts';
import type { Incoming, Listening, Outgoing, Transport } from './transport.ts';

export interface NatsTransportOptions {
  name: string;
  logger: Logger;
  clock: Clock;
}

/** How long the last messages may take to leave. */
const FLUSH_MS = 2_000;
const NO_RESPONDERS = 503;

/** NATS as a transport: subscriptions outlive lost connections, messages do not. */
export function natsTransport(connection: NatsConnection, { name, logger, clock }: NatsTransportOptions): Transport {
  const forbidden: ((subject: string) => void)[] = [];
  const watch = watchConnection(connection, {
    logger,
    clock,
    onForbidden: (subject) => forbidden.forEach((f) => f(subject)),
  });
  // Not known while disconnected.
  let maxMessageBytes = MAX_MESSAGE_BYTES;

  function send({ subject, body, reply, headers }: Outgoing): boolean {
    if (!watch.isUp()) return false;
    try {
      connection.publish(subject, body, {
        ...(reply !== undefined && { reply }),
        ...(headers && { headers: encode(headers) }),
      });
      return true;
    } catch (error) {
      logger.warn('a message could not be sent', { subject, error });
      return false;
    }
  }

  async function listen(
    subject: string,
    queue: string | undefined,
    receive: (message: Incoming) => void,
  ): Promise<Listening> {
    let listening = false;
    let refused: Error | undefined;
    const subscription = connection.subscribe(subject, {
      ...(queue !== undefined && { queue }),
      callback(error, message) {
        if (error === null) receive(incoming(message));
        else if (listening) logger.error('NATS no longer lets this process listen', { subject, error });
        else refused = error;
      },
    });
    // The server answers in order: behind this, the subscription is known to it, or refused.
    if (watch.isUp()) await flush(connection);
    if (refused !== undefined) throw mayNotListen(subject, refused);
    listening = true;
    return { drain: () => drain(subscription) };
  }

  return {
    inbox: `_INBOX.${name}.${nuid.next()}`,
    maxMessageBytes() {
      maxMessageBytes = Math.min(connection.info?.max_payload ?? maxMessageBytes, MAX_MESSAGE_BYTES);
      return maxMessageBytes;
    },
    isUp: watch.isUp,
    state: watch.state,
    send,
    listen,
    onForbidden: (listener) => void forbidden.push(listener),
    async close() {
      if (watch.isUp()) await flush(connection);
      watch.leave();
      await connection.close();
    },
  };
}

/** Resolves when the server has seen all that was sent, or the connection was lost meanwhile. */
async function flush(connection: NatsConnection): Promise<void> {
  const flushed = connection.flush().catch(() => undefined);
  await within(FLUSH_MS, Promise.race([flushed, connection.closed()]));
}

async function drain(subscription: Subscription): Promise<void> {
  try {
    await subscription.drain();
  } catch {
    // Closed already, or with its connection: nothing can come any more.
  }
}

function encode(headers: Readonly<Record<string, string>>): MsgHdrs {
  const encoded = natsHeaders();
  for (const [name, value] of Object.entries(headers)) encoded.append(name, value);
  return encoded;
}

function incoming(message: Msg): Incoming {
  const { headers } = message;
  return {
    subject: message.subject,
    body: message.data,
    reply: message.reply === '' ? undefined : message.reply,
    nobody: headers?.code === NO_RESPONDERS && message.data.length === 0,
    header: (name) => headers?.get(name) || undefined,
  };
}

function mayNotListen(subject: string, cause: Error): AppError {
  const permission = cause instanceof PermissionViolationError;
  const message = permission ? `This process may not listen on ${subject}.` : `Listening on ${subject} failed.`;
  return new AppError('unavailable', message, {
    suggestion: `Allow its NATS user to subscribe to ${subject}.`,
    retryable: false,
    cause,
  });
}
