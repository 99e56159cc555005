import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `prefix` + 43 random URL-safe characters (256 bits): `newToken('devmesh_')`. */
export function newToken(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** How a high-entropy token is stored: SHA-256, base64url. Never for passwords, which need a slow hash. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Compares two secrets in a time that tells nothing about where they differ, nor how long they are. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
