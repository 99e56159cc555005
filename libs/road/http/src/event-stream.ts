import type { Request, Response } from 'express';

export interface StreamEvent {
  /** What Last-Event-ID will say after a reconnect. */
  id?: string;
  event?: string;
  /** Sent as JSON, in one line. */
  data: unknown;
}

export interface EventStream {
  /** The id of the last event that the client has seen, when it comes back. */
  lastEventId: string | undefined;
  /** False when the stream has ended: the event was not sent. */
  send(event: StreamEvent): boolean;
  close(): void;
  /** Aborted when the stream has ended, by whomever. */
  signal: AbortSignal;
}

/** A reader so slow is cut off: it comes back with Last-Event-ID, and we keep our memory. */
const MAX_WAITING_BYTES = 1024 * 1024;
const RECONNECT_MS = 2_000;

/** Begins a stream of server-sent events on this response. `closing` ends it (drain, revoked key). */
export function openEventStream(
  request: Request,
  response: Response,
  { heartbeatMs, closing }: { heartbeatMs: number; closing: AbortSignal },
): EventStream {
  const ended = new AbortController();
  response.statusCode = 200;
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  // Proxies such as nginx would otherwise collect the events.
  response.setHeader('x-accel-buffering', 'no');
  response.flushHeaders();
  request.socket.setNoDelay(true);

  function write(text: string): boolean {
    if (ended.signal.aborted) return false;
    response.write(text);
    if (response.writableLength > MAX_WAITING_BYTES) end();
    return true;
  }

  function end(): void {
    if (ended.signal.aborted) return;
    clearInterval(heartbeat);
    closing.removeEventListener('abort', end);
    ended.abort();
    response.end();
  }

  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
  closing.addEventListener('abort', end);
  response.once('close', end);
  // A write to a socket that has just gone fails a moment before `close` says so.
  response.once('error', end);
  write(`retry: ${String(RECONNECT_MS)}\n\n`);
  if (closing.aborted) end();
  return {
    lastEventId: lastEventIdOf(request),
    send: (event) => write(lines(event)),
    close: end,
    signal: ended.signal,
  };
}

function lines({ id, event, data }: StreamEvent): string {
  const head = `${id === undefined ? '' : `id: ${oneLine(id)}\n`}${event === undefined ? '' : `event: ${oneLine(event)}\n`}`;
  return `${head}data: ${JSON.stringify(data)}\n\n`;
}

// A line break inside a name would begin a field of somebody else's choosing.
function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, ' ');
}

function lastEventIdOf({ headers, query }: Request): string | undefined {
  // EventSource cannot set headers on its first connection, so the query may say it too.
  const given = headers['last-event-id'] ?? query['last_event_id'];
  return typeof given === 'string' && given !== '' && given.length <= 256 ? given : undefined;
}
