export interface ExpiryInput {
  expires_at?: string | null | undefined;
  ttl_seconds?: number | undefined;
}

/** When a context ends: undefined where the input does not say, null for never. */
export function expiryOf({ expires_at, ttl_seconds }: ExpiryInput, now: Date): Date | null | undefined {
  if (typeof expires_at === 'string') return new Date(expires_at);
  if (ttl_seconds !== undefined) return new Date(now.getTime() + ttl_seconds * 1000);
  return expires_at;
}
