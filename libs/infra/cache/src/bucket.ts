import type { BucketSize, Taken } from './cache.ts';

/**
 * Counted in 1/60,000 of a token, so that one millisecond brings exactly `refillPerMinute` units: whole numbers only, and
 * no rounding that could let one token too many through. The Lua script of the Redis form is this function again.
 */
export const UNITS_PER_TOKEN = 60_000;

export interface Bucket {
  units: number;
  /** When `units` was right, in ms. */
  atMs: number;
}

/** What is in the bucket after the take, and what the caller is told. No bucket is a full one. */
export function takeFrom(
  bucket: Bucket | undefined,
  size: BucketSize,
  nowMs: number,
): { bucket: Bucket; taken: Taken } {
  const { capacity, refillPerMinute, cost = 1 } = size;
  const full = capacity * UNITS_PER_TOKEN;
  const wanted = cost * UNITS_PER_TOKEN;
  const before = bucket ? refilled(bucket, full, refillPerMinute, nowMs) : full;
  const allowed = before >= wanted;
  const units = allowed ? before - wanted : before;
  const taken = {
    allowed,
    remaining: Math.floor(units / UNITS_PER_TOKEN),
    resetMs: Math.ceil((full - units) / refillPerMinute),
    retryAfterMs: allowed ? 0 : Math.ceil((wanted - units) / refillPerMinute),
  };
  return { bucket: { units, atMs: Math.max(nowMs, bucket?.atMs ?? nowMs) }, taken };
}

/** A clock that went back brings nothing, and does not take the time that has passed twice. */
function refilled({ units, atMs }: Bucket, full: number, refillPerMinute: number, nowMs: number): number {
  return Math.min(full, units + Math.max(0, nowMs - atMs) * refillPerMinute);
}
