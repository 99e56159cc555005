import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { isFresh } from './etag.ts';
import type { JsonReply, ReplyHeaders, StreamReply, TextReply } from './reply.ts';

export function sendJson(request: Request, response: Response, { status, body, headers }: JsonReply<unknown>): void {
  setHeaders(response, headers);
  const etag = headers['etag'];
  if (typeof etag === 'string' && request.method === 'GET' && isFresh(request.headers['if-none-match'], etag)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  response.statusCode = status;
  if (body === undefined) {
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  if (headers['content-type'] === undefined) response.setHeader('content-type', 'application/json; charset=utf-8');
  // Answers belong to one principal: no cache between us and the client may keep them.
  if (headers['cache-control'] === undefined) response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('content-length', Buffer.byteLength(text));
  // A short text goes out in one write with its headers; a long one is encoded once, not copied behind them first.
  response.end(text.length <= ONE_WRITE ? text : Buffer.from(text));
}

/** Characters. */
const ONE_WRITE = 16_384;

export function sendText(response: Response, { status, text, headers }: TextReply): void {
  setHeaders(response, headers);
  response.statusCode = status;
  response.end(text);
}

/** Rejects when the client leaves in the middle. */
export async function sendStream(response: Response, { chunks, headers }: StreamReply): Promise<void> {
  setHeaders(response, headers);
  response.statusCode = 200;
  await pipeline(Readable.from(chunks), response);
}

function setHeaders(response: Response, headers: ReplyHeaders): void {
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
}
