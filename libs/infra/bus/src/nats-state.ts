import { PermissionViolationError } from '@nats-io/transport-node';
import type { NatsConnection, Status } from '@nats-io/transport-node';
import type { Clock, DependencyState, Logger } from '@devmesh/runtime';

export interface ConnectionWatch {
  isUp(): boolean;
  state(): DependencyState;
  /** From now on its end is no news. */
  leave(): void;
}

export interface WatchOptions {
  logger: Logger;
  clock: Clock;
  onForbidden(subject: string): void;
}

/** Knows whether a connection can be used, since when and why not, and says so in the log, once per change. */
export function watchConnection(
  connection: NatsConnection,
  { logger, clock, onForbidden }: WatchOptions,
): ConnectionWatch {
  let leaving = false;
  let current: DependencyState = { state: 'up', since: clock().toISOString() };
  const change = (state: 'up' | 'down', reason?: string) => {
    current = { state, since: clock().toISOString(), ...(reason !== undefined && { reason }) };
  };

  function onStatus(status: Status): void {
    if (status.type === 'disconnect') {
      change('down', `the connection to NATS at ${status.server} is lost; trying to get it back`);
      if (!leaving) logger.warn('the bus is away: connection lost, trying again', { server: status.server });
    } else if (status.type === 'reconnect') {
      change('up');
      logger.info('the bus is back', { server: status.server });
    } else if (status.type === 'error') {
      onError(status.error);
    }
  }

  function onError(error: Error): void {
    const permission = error instanceof PermissionViolationError ? error : undefined;
    // Whoever wanted to listen is told, and says so.
    if (permission?.operation === 'subscription') return;
    logger.error('NATS refused something', { error });
    if (permission !== undefined) onForbidden(permission.subject);
  }

  async function follow(): Promise<void> {
    for await (const status of connection.status()) onStatus(status);
  }

  async function awaitEnd(): Promise<void> {
    const error = await connection.closed();
    change(
      'down',
      leaving ? 'it was closed' : 'the connection to NATS ended and does not come back; restart this process',
    );
    if (!leaving) logger.error('the connection to NATS ended for good', { error });
  }

  void follow();
  void awaitEnd();
  return {
    isUp: () => current.state === 'up',
    state: () => current,
    leave() {
      leaving = true;
      change('down', 'it was closed');
    },
  };
}
