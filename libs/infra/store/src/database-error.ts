import { AppError } from '@devmesh/contracts';

/** SQLSTATE of an error that came from the server, or the system's code of one that came from the network. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether a row with this key exists already; with `constraint`, only of that constraint or index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (codeOf(error) !== '23505') return false;
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint;
}

/** Serialization failure or deadlock: nothing was done, and the same transaction may well succeed now. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

const LOST = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  // Shut down or terminated by an operator, starting up, too many clients, a standby after a failover.
  ...['57P01', '57P02', '57P03', '57P05', '25P03', '53300', '25006'],
]);
const REFUSED: Readonly<Record<string, string>> = {
  '28P01': 'Check user and password in DATABASE_URL.',
  '28000': 'Check the user in DATABASE_URL and the server’s pg_hba.conf.',
  '3D000': 'Create the database that DATABASE_URL names.',
};
const LOST_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|The server does not support SSL)/;

export function isLostConnection(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && (LOST.has(code) || code.startsWith('08'))) return true;
  return error instanceof Error && LOST_MESSAGE.test(error.message);
}

/**
 * What callers see of a database failure: a lost or refused connection is `unavailable`, a statement over its time limit is
 * `timeout`. Everything else (constraints, deadlocks, mistakes in SQL) stays as it is, for the caller to look at.
 */
export function toDatabaseError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (code === '57014') {
    return new AppError('timeout', 'The database took longer than this statement may.', {
      suggestion: 'Ask for less (a narrower filter, a smaller page) and try again.',
      cause: error,
    });
  }
  const refused = code === undefined ? undefined : REFUSED[code];
  if (refused === undefined && !isLostConnection(error)) return error;
  return new AppError('unavailable', 'The database cannot be reached just now.', {
    suggestion: refused ?? 'Try again in a few seconds; `devmesh status` tells when it is back.',
    cause: error,
  });
}
