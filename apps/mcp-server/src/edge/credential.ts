import type { IncomingMessage } from 'node:http';
import { AppError } from '@devmesh/contracts';

/** The key or access token of a request. @throws unauthenticated when there is none that can be read. */
export function credentialOf({ headers }: IncomingMessage): string {
  const { authorization } = headers;
  const apiKey = headers['x-api-key'];
  const credential = authorization === undefined ? apiKey : /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (typeof credential === 'string' && credential !== '') return credential;
  throw new AppError('unauthenticated', 'This server needs an API key.', {
    suggestion: 'Send `Authorization: Bearer <key>` or `X-API-Key: <key>`; make a key with `devmesh key create`.',
  });
}
