import type { Road } from '@devmesh/assembly';
import { defineRoute, reply, type Route } from '@devmesh/http';
import { z } from 'zod';
import { ApprovalForm, approvalForm, approvalSummary, ApprovalSummary } from '../approval-form.ts';

const Id = z.object({ id: z.string() });
const Decision = z.strictObject({ reason: z.string().max(1000).optional() });

/** Approvals over REST: a person's, in a session of their own. */
export function approvalRoutes({ approvals }: Pick<Road, 'approvals'>): Route[] {
  const decide = (verdict: 'approved' | 'refused', verb: 'approve' | 'refuse') =>
    defineRoute({
      name: `approvals.${verb}`,
      method: 'POST',
      path: `/api/v1/approvals/:id/${verb}`,
      summary: verb === 'approve' ? 'Approve the stored call; it is then executed once' : 'Refuse the stored call',
      tag: 'approvals',
      access: 'person',
      params: Id,
      body: Decision.default({}),
      responses: { 200: ApprovalSummary },
      handler: async ({ principal, params, body }) =>
        reply(approvalSummary(await approvals.decide(principal, params.id, verdict, body.reason))),
    });

  return [
    defineRoute({
      name: 'approvals.list',
      method: 'GET',
      path: '/api/v1/approvals',
      summary: 'List approvals, newest first',
      tag: 'approvals',
      access: 'person',
      query: z.object({
        status: z.enum(['pending', 'approved', 'refused', 'expired']).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      responses: { 200: z.object({ data: z.array(ApprovalSummary), next_cursor: z.null(), has_more: z.boolean() }) },
      async handler({ principal, query }) {
        const rows = await approvals.list(principal.organizationId, query.status, query.limit + 1);
        return reply({
          data: rows.slice(0, query.limit).map(approvalSummary),
          next_cursor: null,
          has_more: rows.length > query.limit,
        });
      },
    }),
    defineRoute({
      name: 'approvals.read',
      method: 'GET',
      path: '/api/v1/approvals/:id',
      summary: 'What would be done, on what, for whom',
      tag: 'approvals',
      access: 'person',
      params: Id,
      responses: { 200: ApprovalForm },
      handler: async ({ principal, params }) =>
        reply(approvalForm(await approvals.get(principal.organizationId, params.id))),
    }),
    decide('approved', 'approve'),
    decide('refused', 'refuse'),
  ];
}
