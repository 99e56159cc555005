import { createAuditBatcher } from '@devmesh/audit';
import { createMemoryBus, type Bus } from '@devmesh/bus';
import { createMemoryCache } from '@devmesh/cache';
import { createMetrics, silentLogger } from '@devmesh/runtime';
import type { Db } from '@devmesh/store';
import { createVault } from '@devmesh/vault';
import type { IdentityOptions } from './deps.ts';
import { createIdentity, type Identity } from './identity.ts';

/** A clock that stands until somebody moves it. */
export interface HandClock {
  (): Date;
  pass(ms: number): void;
}

export function handClock(start = '2026-11-20T12:00:00Z'): HandClock {
  let nowMs = new Date(start).getTime();
  const clock = () => new Date(nowMs);
  return Object.assign(clock, { pass: (ms: number) => void (nowMs += ms) });
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** One door: an identity over `db` with everything else in memory. */
export interface TestDoor {
  identity: Identity;
  bus: Bus;
  /** Lines that waited for their batch stand in the database afterwards. */
  flushAudit(): Promise<void>;
  close(): Promise<void>;
}

export function openDoor(db: Db, clock: () => Date, options: Partial<IdentityOptions> = {}): TestDoor {
  const logger = silentLogger();
  const metrics = createMetrics({ service: 'test' });
  const bus = options.bus ?? createMemoryBus({ logger, metrics });
  const auditBatcher = createAuditBatcher({ db, logger, metrics, maxDelayMs: 200, maxLines: 200 });
  const vault = createVault({ masterKey: new Uint8Array(32).fill(7), clock });
  const cache = createMemoryCache({ clock });
  const identity = createIdentity({ db, cache, bus, vault, clock, logger, metrics, auditBatcher, ...options });
  return {
    identity,
    bus,
    flushAudit: () => auditBatcher.flush(),
    async close() {
      await identity.stop();
      await auditBatcher.stop();
      await bus.close();
    },
  };
}

let organizations = 0;

/** Fields of a registration that nobody has used before. */
export function registration(changed: Record<string, unknown> = {}) {
  organizations += 1;
  const slug = `org-${process.pid}-${organizations}`;
  return {
    organization_name: 'My AI Company',
    organization_slug: slug,
    admin_email: `admin@${slug}.example`,
    admin_name: 'Admin User',
    admin_password: 'SecurePass123!',
    ...changed,
  };
}
