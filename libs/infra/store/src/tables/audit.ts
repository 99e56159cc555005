import type { ColumnType, Generated } from 'kysely';

/** Tables of `@devmesh/audit`; nobody else queries them. */
export interface AuditTables {
  audit_events: AuditEventsTable;
  audit_heads: AuditHeadsTable;
}

/** Append-only, by a trigger: only `seq` and `hash` are ever set, together and once. */
export interface AuditEventsTable {
  id: string;
  ordinal: Generated<number>;
  organization_id: string;
  at: ColumnType<Date, Date, never>;
  actor: ColumnType<{ id: string; label: string; kind: string }, string, never>;
  action: string;
  outcome: string;
  target: string | null;
  call_id: string | null;
  request_id: string | null;
  rule: string | null;
  details: ColumnType<Record<string, unknown>, string, never>;
  /** Place in the organisation's chain; null until it is sealed. */
  seq: ColumnType<number | null, never, number>;
  hash: ColumnType<string | null, never, string>;
}

/** The last link of each organisation's chain; its row is the lock of sealing. */
export interface AuditHeadsTable {
  organization_id: string;
  seq: number;
  hash: string;
}
