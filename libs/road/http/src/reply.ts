import type { EventStream } from './event-stream.ts';

export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A JSON answer. A body of undefined sends none. */
export interface JsonReply<Body> {
  kind: 'json';
  status: number;
  body: Body;
  headers: ReplyHeaders;
}
/** A whole text of any type: a page, a script, a file. */
export interface TextReply {
  kind: 'text';
  status: number;
  text: string | Uint8Array;
  headers: ReplyHeaders;
}
/** A text of unknown length, sent as it is made and only as fast as it is read. */
export interface StreamReply {
  kind: 'stream';
  chunks: AsyncIterable<string | Uint8Array>;
  headers: ReplyHeaders;
}
/** Server-sent events. `open` subscribes and gives back how to unsubscribe. */
export interface EventsReply {
  kind: 'events';
  open(stream: EventStream): OpenedStream | Promise<OpenedStream>;
}
export type OpenedStream = (() => void | Promise<void>) | undefined;

export type RouteReply<Body = unknown> = JsonReply<Body> | TextReply | StreamReply | EventsReply;

export interface ReplyOptions {
  status?: number;
  headers?: ReplyHeaders;
  /** Makes the ETag; a GET whose If-None-Match names it is answered 304. */
  version?: string | number;
}

/** 200 unless `status` says otherwise. */
export function reply<Body>(body: Body, { status = 200, headers = {}, version }: ReplyOptions = {}): JsonReply<Body> {
  return {
    kind: 'json',
    status,
    body,
    headers: version === undefined ? headers : { ...headers, etag: etagOf(version) },
  };
}

/** 201, with the address of what was made. */
export function created<Body>(
  body: Body,
  { location, ...options }: Omit<ReplyOptions, 'status'> & { location?: string } = {},
): JsonReply<Body> {
  const headers = location === undefined ? options.headers : { ...options.headers, location };
  return reply(body, { ...options, ...(headers !== undefined && { headers }), status: 201 });
}

/** 202: taken, not done yet. */
export function accepted<Body>(body: Body, options: Omit<ReplyOptions, 'status'> = {}): JsonReply<Body> {
  return reply(body, { ...options, status: 202 });
}

export function noContent(headers: ReplyHeaders = {}): JsonReply<never> {
  return { kind: 'json', status: 204, body: undefined as never, headers };
}

/** 303: look there with GET. */
export function redirect(location: string, headers: ReplyHeaders = {}): TextReply {
  return {
    kind: 'text',
    status: 303,
    text: '',
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers, location },
  };
}

/** A page. The door's policy allows no script and no style: a page that has its own brings its own `content-security-policy`. */
export function html(
  text: string,
  { status = 200, headers = {} }: { status?: number; headers?: ReplyHeaders } = {},
): TextReply {
  return {
    kind: 'text',
    status,
    text,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers },
  };
}

export function textReply(text: string | Uint8Array, contentType: string, headers: ReplyHeaders = {}): TextReply {
  return { kind: 'text', status: 200, text, headers: { 'content-type': contentType, ...headers } };
}

/** For exports: nothing is held in memory but what the reader has not taken yet. */
export function streamed(
  chunks: AsyncIterable<string | Uint8Array>,
  contentType: string,
  headers: ReplyHeaders = {},
): StreamReply {
  return { kind: 'stream', chunks, headers: { 'content-type': contentType, ...headers } };
}

/** Server-sent events: heartbeat, Last-Event-ID, end at the client's leaving, at a revoked key and at the drain are the door's. */
export function events(open: EventsReply['open']): EventsReply {
  return { kind: 'events', open };
}

export function etagOf(version: string | number): string {
  return `"${String(version)}"`;
}
