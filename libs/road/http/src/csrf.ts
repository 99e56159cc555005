import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AppError } from '@devmesh/contracts';

/** The field of a form that carries the token; scripts send `X-CSRF-Token`. */
export const CSRF_FIELD = 'csrf_token';

/** A cookie is sent by the browser, whoever made the page: reading is harmless, everything else needs the token. */
export function needsCsrf(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

/** Throws forbidden unless the request shows this session's token in its header or form. */
export function assertCsrf(request: IncomingMessage, body: unknown, expected: string): void {
  const given = request.headers['x-csrf-token'] ?? fieldOf(body);
  if (request.headers['sec-fetch-site'] !== 'cross-site' && typeof given === 'string' && same(given, expected)) return;
  throw new AppError('forbidden', 'This did not come from a page of your session.', {
    details: { reason: 'csrf' },
    suggestion: `Reload the page and try again; a script sends the session's token as X-CSRF-Token.`,
  });
}

function fieldOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[CSRF_FIELD] : undefined;
}

// Hashed first, so that the comparison takes equally long whatever the lengths.
function same(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
