import type { IncomingMessage } from 'node:http';
import { AppError } from '@devmesh/contracts';

export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** A body that is no JSON at all. */
export class BadJson extends Error {
  override readonly name = 'BadJson';
}

/** Reads the whole body. @throws BadJson; invalid_input with status 413 or 415. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  assertJsonType(request.headers['content-type']);
  const text = await readText(request);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BadJson();
  }
}

function assertJsonType(contentType: string | undefined): void {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new AppError('invalid_input', 'The body must be application/json.', {
    httpStatus: 415,
    suggestion: 'Send the header `Content-Type: application/json`.',
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0]?.toString('utf8') ?? '') : Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): AppError {
  return new AppError('invalid_input', 'The message is larger than 4 MiB.', {
    httpStatus: 413,
    details: { limit_bytes: MAX_BODY_BYTES },
    suggestion: 'Send less at once.',
  });
}
