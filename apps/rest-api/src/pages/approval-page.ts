import type { ApprovalRow, ApprovalView, CallRow } from '@devmesh/calls';
import type { AppError } from '@devmesh/contracts';
import { csrfField, escape, note, page } from './layout.ts';

export interface ApprovalPageParts {
  view: ApprovalView;
  session: { label: string; csrf: string };
  now: Date;
  error?: AppError | undefined;
}

/** What would be done, on what, who asks and why; approve or refuse. Usable on a phone. */
export function approvalPage({ view: { approval, call }, session, now, error }: ApprovalPageParts) {
  const open = approval.status === 'pending' && approval.expires_at > now && call.state === 'awaiting_approval';
  const body = [
    error ? note('bad', error.message) : '',
    open ? '' : outcome(approval, call, now),
    `<section class="card"><dl>${facts(approval, call)}</dl></section>`,
    call.prepared?.diff === undefined ? '' : `<h2>What would change</h2><pre>${escape(call.prepared.diff)}</pre>`,
    `<h2>Exact arguments</h2><pre>${escape(JSON.stringify(call.input, null, 2))}</pre>`,
    open ? decisionForm(approval.id, session.csrf) : '<p><a href="/approvals">All approvals</a></p>',
  ];
  return page({ title: approval.tool, body: body.join('\n'), session, status: error?.httpStatus ?? 200 });
}

function facts(approval: ApprovalRow, call: CallRow): string {
  const { prepared } = call;
  const rows: [string, string | undefined][] = [
    ['Asked by', approval.requested_by_label],
    ['Why', approval.request_reason ?? undefined],
    ['Needs you because', approval.reasons.map(({ text }) => text).join(' ')],
    ['Connection', call.connection ?? undefined],
    [
      'On',
      prepared && Object.keys(prepared.resource).length > 0
        ? Object.entries(prepared.resource)
            .map(([key, value]) => `${key} ${value}`)
            .join(', ')
        : undefined,
    ],
    ['Touches', touched(prepared?.blast)],
    ['Can be undone', prepared ? (prepared.reversible ? 'yes' : 'no') : 'unknown'],
    ['Asked at', minute(approval.created_at)],
    ['Expires at', approval.status === 'pending' ? minute(approval.expires_at) : undefined],
    ['Call', call.id],
  ];
  return rows
    .flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [`<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`],
    )
    .join('');
}

/** `2026-11-20 23:13 UTC` */
function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function touched(blast: Record<string, number> | 'unknown' | undefined): string {
  if (blast === undefined || blast === 'unknown') return 'unknown';
  return Object.entries(blast)
    .map(([what, count]) => `${String(count)} ${what}`)
    .join(', ');
}

function outcome(approval: ApprovalRow, call: CallRow, now: Date): string {
  const by = approval.decided_by_label === null ? '' : ` by ${approval.decided_by_label}`;
  const reason = approval.decision_reason === null ? '' : ` (${approval.decision_reason})`;
  if (approval.status === 'approved') return note('good', `Approved${by}${reason}. ${afterwards(call)}`);
  if (approval.status === 'refused') return note('bad', `Refused${by}${reason}. Nothing was done.`);
  if (call.state === 'cancelled') return note('', 'The call was cancelled while it waited. Nothing was done.');
  return note(
    '',
    approval.status === 'expired' || approval.expires_at <= now
      ? 'This approval has expired. Nothing was done.'
      : `The call is ${call.state}.`,
  );
}

function afterwards(call: CallRow): string {
  switch (call.state) {
    case 'awaiting_approval':
    case 'dispatched':
      return 'It is being carried out; reload to see how it ended.';
    case 'succeeded':
      return `Done: ${call.reply?.summary ?? ''}`;
    case 'outcome_unknown':
      return 'Whether it took effect is not known yet.';
    case 'failed':
    case 'cancelled':
    case 'denied':
    case 'refused':
    case 'expired':
    case 'received':
      return `It ended as ${call.state}: ${call.reply?.summary ?? 'nothing was done.'}`;
  }
}

function decisionForm(id: string, csrf: string): string {
  return `<form class="card" method="post" action="/approvals/${escape(id)}">${csrfField(csrf)}
<label for="reason">Reason (optional)</label><textarea id="reason" name="reason" rows="2" maxlength="1000"></textarea>
<div class="buttons"><button class="go" name="verdict" value="approved">Approve</button><button class="stop" name="verdict" value="refused">Refuse</button></div></form>`;
}
