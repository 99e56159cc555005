import type { IncomingMessage } from 'node:http';
import { AppError } from '@devmesh/contracts';

/**
 * The key or access token of a request: `Authorization: Bearer …` or `X-API-Key`.
 * @throws unauthenticated when there is an Authorization header of another kind.
 */
export function credentialOf({ headers }: IncomingMessage): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return textOf(headers['x-api-key']);
  const credential = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (credential === undefined) {
    throw new AppError('unauthenticated', 'The Authorization header is not of the form `Bearer <key or token>`.', {
      suggestion: SEND_A_KEY,
    });
  }
  return credential;
}

export function noCredential(): AppError {
  return new AppError('unauthenticated', 'This needs a key or a session.', { suggestion: SEND_A_KEY });
}

const SEND_A_KEY =
  'Send `Authorization: Bearer <key>` or `X-API-Key: <key>`; make a key with `devmesh key create --name <name>` or POST /api/v1/api-keys.';

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}
