import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

// It goes into headers, log lines and messages: nothing that could end or fake one of them.
const SAFE = /^[A-Za-z0-9._:-]{1,128}$/;

/** The client's own id where it sent a harmless one, else a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-correlation-id'] ?? headers['x-request-id'];
  return typeof given === 'string' && SAFE.test(given) ? given : `req_${randomUUID()}`;
}
