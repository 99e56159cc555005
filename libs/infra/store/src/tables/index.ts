import type { AuditTables } from './audit.ts';
import type { CallsTables } from './calls.ts';
import type { ConnectionsTables } from './connections.ts';
import type { IdentityTables } from './identity.ts';
import type { MemoryTables } from './memory.ts';

/** Every table, by area; each area belongs to one library. */
export interface Tables extends IdentityTables, ConnectionsTables, CallsTables, AuditTables, MemoryTables {}
