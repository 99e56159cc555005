import type { Principal } from '@devmesh/contracts';
import type { Request, Response } from 'express';
import type { DoorIdentity } from './door-options.ts';
import { openEventStream } from './event-stream.ts';
import type { EventsReply } from './reply.ts';

export interface ServeEventsOptions {
  heartbeatMs: number;
  /** Aborted when the door drains. */
  draining: AbortSignal;
  identity: DoorIdentity | undefined;
  principal: Principal | undefined;
}

/** Runs a stream until somebody ends it: the client, the route, the drain, or the end of the principal's rights. */
export async function serveEvents(
  request: Request,
  response: Response,
  { open }: EventsReply,
  options: ServeEventsOptions,
): Promise<void> {
  const closing = new AbortController();
  const close = () => {
    closing.abort();
  };
  const stopListening = onEndOfRights(options, close);
  options.draining.addEventListener('abort', close);
  if (options.draining.aborted) close();
  const stream = openEventStream(request, response, { heartbeatMs: options.heartbeatMs, closing: closing.signal });
  try {
    const unsubscribe = await open(stream);
    await ended(stream.signal);
    await unsubscribe?.();
  } finally {
    stream.close();
    options.draining.removeEventListener('abort', close);
    stopListening?.();
  }
}

function onEndOfRights({ identity, principal }: ServeEventsOptions, close: () => void): (() => void) | undefined {
  if (principal === undefined) return undefined;
  const { keyId, sessionId, userId } = principal;
  return identity?.onRevoked?.((id) => {
    // Whoever is still entitled comes back at once, with Last-Event-ID.
    if (id === undefined || id === keyId || id === sessionId || id === userId) close();
  });
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
