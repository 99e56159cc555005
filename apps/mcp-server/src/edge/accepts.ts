import type { IncomingMessage } from 'node:http';
import { AppError } from '@devmesh/contracts';

const JSON_TYPE = 'application/json';
const STREAM_TYPE = 'text/event-stream';

/**
 * A POST may be answered either way, so a client must take both. No Accept header means anything (RFC 9110).
 * @throws invalid_input with status 406
 */
export function assertAccepts({ headers, method }: IncomingMessage): void {
  const { accept } = headers;
  if (accept === undefined || method === 'DELETE') return;
  const wanted = method === 'GET' ? [STREAM_TYPE] : [JSON_TYPE, STREAM_TYPE];
  if (wanted.every((type) => takes(accept, type))) return;
  throw new AppError('invalid_input', `The client must accept ${wanted.join(' and ')}.`, {
    httpStatus: 406,
    suggestion: `Send the header \`Accept: ${wanted.join(', ')}\`.`,
  });
}

function takes(accept: string, type: string): boolean {
  return accept.includes(type) || accept.includes('*/*') || accept.includes(`${type.split('/', 1)[0] ?? ''}/*`);
}
