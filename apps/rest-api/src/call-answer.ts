import type { CallReply } from '@devmesh/contracts';
import { accepted, reply } from '@devmesh/http';

/** 200 for a tool that ran or refused; 202 for one that waits for a person, with the address where it can be followed. */
export function callAnswer(answer: CallReply) {
  if (answer.status !== 'approval_pending') return reply(answer);
  return accepted(answer, { headers: { location: `/api/v1/calls/${answer.call_id}` } });
}
