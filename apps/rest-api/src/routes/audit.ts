import type { Road } from '@devmesh/assembly';
import { exportAudit, searchAudit, verifyAudit, type AuditLine } from '@devmesh/audit';
import { AppError, type Principal } from '@devmesh/contracts';
import { defineRoute, listOf, reply, streamed, type Route } from '@devmesh/http';
import { z } from 'zod';

const Line = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.object({ id: z.string(), label: z.string(), kind: z.string() }),
  action: z.string(),
  outcome: z.string(),
  target: z.string().nullable(),
  call_id: z.string().nullable(),
  request_id: z.string().nullable(),
  rule: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  seq: z.int().nullable().describe('Place in the hash chain; null until it is sealed, a few seconds later.'),
  hash: z.string().nullable(),
});
const Verdict = z.object({
  ok: z.boolean(),
  lines: z.int(),
  sealed: z.int().describe('Of these are in the chain; the newest wait for the next sealing.'),
  first_fault: z
    .object({
      kind: z.enum(['changed', 'missing', 'reordered']),
      seq: z.int(),
      id: z.string().optional(),
      message: z.string(),
    })
    .optional(),
});
const MAY_READ = new Set(['auditor', 'admin', 'owner']);

/** The record of what happened; for auditors, admins, the owner, and keys with `admin`. */
export function auditRoutes({ db }: Pick<Road, 'db'>): Route[] {
  return [
    defineRoute({
      name: 'audit.search',
      method: 'GET',
      path: '/api/v1/audit',
      summary: 'Search the audit trail, newest first',
      tag: 'audit',
      access: 'key',
      query: z.object({
        action: z.string().max(100).optional(),
        outcome: z.enum(['ok', 'denied', 'failed', 'pending']).optional(),
        actor: z.string().max(300).optional(),
        call_id: z.string().max(100).optional(),
        target: z.string().max(300).optional(),
        from: z.iso.datetime({ offset: true }).optional(),
        to: z.iso.datetime({ offset: true }).optional(),
        cursor: z.string().max(2000).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      responses: { 200: listOf(Line) },
      async handler({ principal, query: { cursor, limit, call_id: callId, from, to, ...filters } }) {
        assertMayRead(principal);
        const times = {
          from: from === undefined ? undefined : new Date(from),
          to: to === undefined ? undefined : new Date(to),
        };
        const { lines, nextCursor } = await searchAudit(
          db,
          principal.organizationId,
          { ...filters, ...times, callId },
          cursor,
          limit,
        );
        return reply({
          data: lines.map(lineForm),
          next_cursor: nextCursor ?? null,
          has_more: nextCursor !== undefined,
        });
      },
    }),
    defineRoute({
      name: 'audit.verify',
      method: 'GET',
      path: '/api/v1/audit/verify',
      summary: 'Check the hash chain: a changed, missing or reordered line is found',
      tag: 'audit',
      access: 'key',
      responses: { 200: Verdict },
      async handler({ principal }) {
        assertMayRead(principal);
        const { firstFault, ...verdict } = await verifyAudit(db, principal.organizationId);
        return reply({ ...verdict, ...(firstFault && { first_fault: firstFault }) });
      },
    }),
    defineRoute({
      name: 'audit.export',
      method: 'GET',
      path: '/api/v1/audit/export',
      summary: 'Export the audit trail as JSON lines',
      tag: 'audit',
      access: 'key',
      produces: 'application/x-ndjson',
      responses: {},
      handler({ principal }) {
        assertMayRead(principal);
        return streamed(exportAudit(db, principal.organizationId), 'application/x-ndjson');
      },
    }),
  ];
}

function lineForm(line: AuditLine): z.infer<typeof Line> {
  const { id, at, actor, action, outcome, target, callId, requestId, rule, details, seq, hash } = line;
  return {
    id,
    at: at.toISOString(),
    actor,
    action,
    outcome,
    target: target ?? null,
    call_id: callId ?? null,
    request_id: requestId ?? null,
    rule: rule ?? null,
    details,
    seq: seq ?? null,
    hash: hash ?? null,
  };
}

function assertMayRead(principal: Principal): void {
  if (principal.scopes.includes('admin') || principal.roles.some((role) => MAY_READ.has(role))) return;
  throw new AppError('forbidden', 'The audit trail is for auditors, admins and the owner.', {
    suggestion: 'Use a key with the scope admin.',
  });
}
