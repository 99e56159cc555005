import type { ApprovalRow } from '@devmesh/calls';
import { escape, page } from './layout.ts';

export interface ApprovalsPageParts {
  pending: readonly ApprovalRow[];
  recent: readonly ApprovalRow[];
  session: { label: string; csrf: string };
  now: Date;
}

export function approvalsPage({ pending, recent, session, now }: ApprovalsPageParts) {
  const waiting = pending.filter(({ expires_at }) => expires_at > now);
  const empty =
    '<p class="card">Nothing waits. When an agent asks for something that needs a person, it appears here.</p>';
  const decided =
    recent.length === 0 ? '' : `<h2>Decided</h2><ul class="list">${recent.map((row) => item(row, now)).join('')}</ul>`;
  const body = `${waiting.length === 0 ? empty : `<ul class="list">${waiting.map((row) => item(row, now)).join('')}</ul>`}${decided}`;
  return page({
    title: waiting.length === 0 ? 'Approvals' : `Approvals (${String(waiting.length)} waiting)`,
    body,
    session,
  });
}

function item(
  { id, tool, status, requested_by_label: by, expires_at, request_reason: why }: ApprovalRow,
  now: Date,
): string {
  const until =
    status === 'pending'
      ? `${String(Math.max(1, Math.ceil((expires_at.getTime() - now.getTime()) / 60_000)))} min left`
      : status;
  return `<li><a href="/approvals/${escape(id)}"><strong>${escape(tool)}</strong> <small>${escape(until)}</small><br><small>asked by ${escape(by)}${why === null ? '' : `: ${escape(why)}`}</small></a></li>`;
}
