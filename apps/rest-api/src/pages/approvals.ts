import type { Road } from '@devmesh/assembly';
import { AppError } from '@devmesh/contracts';
import { defineRoute, redirect, type Route } from '@devmesh/http';
import { z } from 'zod';
import { approvalPage } from './approval-page.ts';
import { approvalsPage } from './approvals-page.ts';

const HIDDEN = { hidden: true, tag: 'pages', access: 'person', page: { signInPath: '/login' }, responses: {} } as const;
const Id = z.object({ id: z.string() });
const DECIDED_SHOWN = 20;

/** Where a person reads what an agent asks for, and decides. */
export function approvalPages({ approvals, clock }: Pick<Road, 'approvals' | 'clock'>): Route[] {
  return [
    defineRoute({
      ...HIDDEN,
      name: 'pages.approvals',
      method: 'GET',
      path: '/approvals',
      summary: 'What waits for a person',
      async handler({ principal, csrf }) {
        const { organizationId } = principal;
        const [pending, recent] = await Promise.all([
          approvals.list(organizationId, 'pending', 100),
          approvals.list(organizationId, undefined, 100),
        ]);
        return approvalsPage({
          pending,
          recent: recent.filter(({ status }) => status !== 'pending').slice(0, DECIDED_SHOWN),
          session: { label: principal.label, csrf: csrf ?? '' },
          now: clock(),
        });
      },
    }),
    defineRoute({
      ...HIDDEN,
      name: 'pages.approval',
      method: 'GET',
      path: '/approvals/:id',
      summary: 'One approval',
      params: Id,
      async handler({ principal, params, csrf }) {
        const view = await approvals.get(principal.organizationId, params.id);
        return approvalPage({ view, session: { label: principal.label, csrf: csrf ?? '' }, now: clock() });
      },
    }),
    defineRoute({
      ...HIDDEN,
      name: 'pages.approval.decide',
      method: 'POST',
      path: '/approvals/:id',
      summary: 'Approve or refuse',
      bodyType: 'form',
      params: Id,
      body: z.object({
        verdict: z.enum(['approved', 'refused']),
        reason: z.string().max(1000).optional(),
      }),
      async handler({ principal, params, body, csrf }) {
        const reason = body.reason === undefined || body.reason.trim() === '' ? undefined : body.reason.trim();
        const error = await failureOf(() => approvals.decide(principal, params.id, body.verdict, reason));
        // After a decision the address is read again, so that a reload decides nothing twice.
        if (!error) return redirect(`/approvals/${params.id}`);
        const view = await approvals.get(principal.organizationId, params.id);
        return approvalPage({ view, session: { label: principal.label, csrf: csrf ?? '' }, now: clock(), error });
      },
    }),
  ];
}

// A decision that came too late is shown on the page it was made on.
async function failureOf(decide: () => Promise<unknown>): Promise<AppError | undefined> {
  try {
    await decide();
    return undefined;
  } catch (error) {
    if (error instanceof AppError && (error.code === 'conflict' || error.code === 'forbidden')) return error;
    throw error;
  }
}
