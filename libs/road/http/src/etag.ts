import { AppError } from '@devmesh/contracts';

const TAG = /^\s*(?:W\/)?"([^"]{0,128})"\s*$/;

/**
 * The version that an `If-Match` header asks for; undefined when there is none or when any will do (`*`).
 * @throws invalid_input when it is not one quoted ETag.
 */
export function expectedVersion(ifMatch: string | undefined): string | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const version = TAG.exec(ifMatch)?.[1];
  if (version === undefined) {
    throw new AppError('invalid_input', 'If-Match must be one ETag, as it was answered: a version in double quotes.', {
      details: { fields: { 'If-Match': 'is not an ETag' } },
      suggestion: 'Read the object again and send its ETag header back unchanged.',
    });
  }
  return version;
}

/** Throws `conflict` when `If-Match` asks for another version than there is. */
export function assertVersion(ifMatch: string | undefined, current: string | number): void {
  const expected = expectedVersion(ifMatch);
  if (expected !== undefined && expected !== String(current)) throw versionConflict(current);
}

/** Somebody else changed it in between. */
export function versionConflict(current?: string | number): AppError {
  return new AppError('conflict', 'It has been changed since you read it.', {
    details: { reason: 'stale', ...(current !== undefined && { version: current }) },
    suggestion: 'Read it again, make your change to what you find, and send the new ETag as If-Match.',
  });
}

/** Whether the client already has this ETag. */
export function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
