import type { LeaseRequest } from './cache.ts';
import type { ExpiringMap } from './expiring-map.ts';

/** When each holder's lease ends, in ms. */
export type Holders = Map<string, number>;

export function acquireLease(leases: ExpiringMap<Holders>, key: string, request: LeaseRequest, nowMs: number): boolean {
  const { limit, leaseMs, holder } = request;
  const holders = living(leases.get(key, nowMs), nowMs);
  if (!holders.has(holder) && holders.size >= limit) return false;
  keep(leases, key, holders.set(holder, nowMs + leaseMs), nowMs);
  return true;
}

export function renewLease(
  leases: ExpiringMap<Holders>,
  key: string,
  holder: string,
  leaseMs: number,
  nowMs: number,
): boolean {
  const holders = living(leases.get(key, nowMs), nowMs);
  if (!holders.has(holder)) return false;
  keep(leases, key, holders.set(holder, nowMs + leaseMs), nowMs);
  return true;
}

export function releaseLease(leases: ExpiringMap<Holders>, key: string, holder: string, nowMs: number): void {
  const holders = living(leases.get(key, nowMs), nowMs);
  if (!holders.delete(holder)) return;
  if (holders.size === 0) leases.delete(key);
  else keep(leases, key, holders, nowMs);
}

function keep(leases: ExpiringMap<Holders>, key: string, holders: Holders, nowMs: number): void {
  leases.set(key, holders, Math.max(...holders.values()), nowMs);
}

function living(holders: Holders | undefined, nowMs: number): Holders {
  if (!holders) return new Map();
  for (const [holder, endsAtMs] of holders) if (endsAtMs <= nowMs) holders.delete(holder);
  return holders;
}
