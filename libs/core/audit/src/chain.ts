import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { AuditRow } from './row.ts';

/** What the first line of every chain follows. */
export const GENESIS = '0'.repeat(64);

/** Everything that is kept of a line, but for its place: what the hash covers and the export shows. */
export function factsOf(row: AuditRow): Record<string, unknown> {
  const { id, ordinal, organization_id, at, actor, action, outcome, target, call_id, request_id, rule, details } = row;
  const facts = { id, ordinal, organization_id, actor, action, outcome, target, call_id, request_id, rule, details };
  return { ...facts, at: at.toISOString() };
}

/** SHA-256 (hex) over the canonical JSON of the line's facts, its place, and the hash of the line before it. */
export function hashOf(previous: string, seq: number, row: AuditRow): string {
  const link = { chain: 'devmesh-audit-1', previous, seq, line: factsOf(row) };
  return createHash('sha256').update(canonicalJson(link)).digest('hex');
}
