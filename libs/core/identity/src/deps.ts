import type { AuditBatcher } from '@devmesh/audit';
import type { Bus } from '@devmesh/bus';
import type { Cache } from '@devmesh/cache';
import type { RateLimit } from '@devmesh/contracts';
import type { Clock, Logger, Metrics } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import type { Vault } from '@devmesh/vault';
import type { Failure } from './failure-audit.ts';

export interface IdentityOptions {
  db: Db;
  cache: Cache;
  bus: Bus;
  vault: Vault;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** Takes the lines of failed sign-ins: bounded, so that a flood of them cannot fill the database. */
  auditBatcher: AuditBatcher;
  /** Who may register an organisation: anybody, only the first one, nobody. Default `open`. */
  openRegistration?: 'open' | 'first-only' | 'closed';
  /** True where people come in over https: marks the session cookie `Secure`. Default false. */
  secureCookies?: boolean;
  /** The most that an owner may grant to a key. */
  maxRateLimit?: RateLimit;
  /** Password hashes that run at once and that may wait; each takes 19 MiB and 30 ms of a core. Default 2 and 100. */
  hashing?: { atOnce: number; waiting: number };
  /** How often the generation row is read. Default 500 ms. */
  pollMs?: number;
}

/** What every function of this library works with. */
export interface Deps extends Required<IdentityOptions> {
  passwords: Passwords;
  auditFailure(failure: Failure): void;
  /** To be called after a transaction that recorded changes: this process at once, the others by the bus. */
  publishChanges(): Promise<void>;
}

export interface Passwords {
  /** Argon2id, as a PHC string. Unavailable when too many are waiting. */
  hash(password: string): Promise<string>;
  /** Takes the same time whether there is a hash to compare with or not. */
  verify(password: string, stored: string | null): Promise<boolean>;
}
