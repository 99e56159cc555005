import { createHash } from 'node:crypto';

/** Equal tool, connection and input give an equal hash, whatever the order of keys. */
export function inputHash(tool: string, connection: string | undefined, input: unknown): string {
  return hashOf([tool, connection ?? null, input]);
}

/** SHA-256 over JSON with sorted keys, base64url. */
export function hashOf(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return createHash('sha256').update(text).digest('base64url');
}
