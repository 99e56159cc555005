import { CallReply } from '@devmesh/contracts';
import { CliError, interrupted } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';
import { isRunning, isWaiting } from './finish-call.ts';
import type { Session } from './session.ts';

/** The server holds a request for at most 60 s; half of it survives every proxy. */
const LONGEST_WAIT_SECONDS = 30;
/** What a request may take beyond its wait. */
const GRACE_MS = 15_000;

/** Waits until a call has ended, or --timeout is over; answers it as it then is. Ctrl-C stops the waiting, not the call. */
export async function waitForCall(callId: string, session: Session): Promise<CallReply> {
  const endsAt = session.timeoutMs === undefined ? Infinity : performance.now() + session.timeoutMs;
  try {
    for (;;) {
      const leftMs = Math.max(0, endsAt - performance.now());
      const reply = await ask(callId, session, Math.min(LONGEST_WAIT_SECONDS, Math.ceil(leftMs / 1000)));
      if ((!isWaiting(reply) && !isRunning(reply)) || performance.now() >= endsAt) return reply;
    }
  } catch (error) {
    if (error instanceof CliError && error.exitCode === ExitCode.interrupted)
      throw interrupted(`The call itself goes on: devmesh call wait ${callId}, or devmesh call cancel ${callId}`);
    throw error;
  }
}

function ask(callId: string, { api }: Session, waitSeconds: number): Promise<CallReply> {
  const query = { wait_seconds: waitSeconds };
  return api.request('GET', `/api/v1/calls/${encodeURIComponent(callId)}`, {
    answers: CallReply,
    query,
    timeoutMs: waitSeconds * 1000 + GRACE_MS,
  });
}

/** With --wait: says where a person decides, and waits for it. */
export async function waitIfWanted(reply: CallReply, wait: boolean | undefined, session: Session): Promise<CallReply> {
  if (wait !== true || (!isWaiting(reply) && !isRunning(reply))) return reply;
  const { approval_url: url, call_id: callId } = reply;
  session.output.note(url === undefined ? `Waiting for ${callId}.` : `Waiting for a person's decision: ${url}`, {
    call_id: callId,
    ...(url !== undefined && { approval_url: url }),
  });
  return waitForCall(callId, session);
}
