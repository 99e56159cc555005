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
  const bytes = Buffer.from(JSON.stringify(body));
  if (headers['content-type'] === undefined) response.setHeader('content-type', 'application/json; charset=utf-8');
  // Answers belong to one principal: no cache between us and the client may keep them.
  if (headers['cache-control'] === undefined) response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

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
