import { newId } from '@devmesh/contracts';
import { redact, redactText } from '@devmesh/runtime';
import type { Insertable, Selectable, Tables } from '@devmesh/store';
import type { AuditActor, AuditEvent, AuditLine, AuditOutcome } from './event.ts';

export type AuditRow = Selectable<Tables['audit_events']>;
export type NewAuditRow = Insertable<Tables['audit_events']>;

const MAX_DETAILS_CHARACTERS = 65_536;
const PREVIEW_CHARACTERS = 4_096;

/** The event as it is kept: redacted, and made of what Postgres can hold. */
export function toRow(event: AuditEvent): NewAuditRow {
  const at = event.at ?? new Date();
  return {
    id: newId('aud', at),
    organization_id: event.organizationId,
    at,
    actor: jsonb(redact(event.actor)),
    action: event.action,
    outcome: event.outcome,
    target: text(event.target),
    call_id: text(event.callId),
    request_id: text(event.requestId),
    rule: text(event.rule),
    details: detailsOf(event.details ?? {}),
  };
}

export function toLine(row: AuditRow): AuditLine {
  return {
    id: row.id,
    organizationId: row.organization_id,
    at: row.at,
    actor: row.actor satisfies AuditActor,
    action: row.action,
    outcome: row.outcome as AuditOutcome,
    ...(row.target !== null && { target: row.target }),
    ...(row.call_id !== null && { callId: row.call_id }),
    ...(row.request_id !== null && { requestId: row.request_id }),
    ...(row.rule !== null && { rule: row.rule }),
    details: row.details,
    ...(row.seq !== null && row.hash !== null && { seq: row.seq, hash: row.hash }),
  };
}

/** A whole manifest is evidence, not an audit line: what is too long is cut, and the line says so. */
function detailsOf(details: Record<string, unknown>): string {
  const json = jsonb(redact(details));
  if (json.length <= MAX_DETAILS_CHARACTERS) return json;
  return jsonb({ truncated: true, characters: json.length, preview: json.slice(0, PREVIEW_CHARACTERS) });
}

const NOT_FOR_POSTGRES = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

/**
 * An agent's argument may hold a NUL or half a character, which jsonb refuses: the event would take the whole transaction
 * down with it. JSON.stringify writes both as escapes; an escaped backslash before them is stepped over.
 */
function jsonb(value: unknown): string {
  const json = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  return json.replace(NOT_FOR_POSTGRES, (found) => (found === '\\\\' ? found : '\\ufffd'));
}

function text(value: string | undefined): string | null {
  return value === undefined ? null : redactText(value).toWellFormed().replaceAll('\0', '\ufffd');
}
