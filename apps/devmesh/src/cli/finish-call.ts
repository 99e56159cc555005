import type { CallReply } from '@devmesh/contracts';
import { CliError } from './cli-error.ts';
import { ExitCode } from './exit-code.ts';
import { suggestionFor } from './suggestion.ts';
import { cleanText } from './clean-text.ts';
import type { Screen } from './io.ts';
import { renderData, together } from './render-data.ts';
import type { Session } from './session.ts';

/** Prints a call's answer. @throws CliError for a call that failed (1) or waits for a person (8): the answer is printed before. */
export function finishCall(reply: CallReply, { output }: Pick<Session, 'output'>): void {
  output.answer(reply, (screen) => (reply.success ? callText(reply, screen) : ''));
  if (!reply.success) throw isWaiting(reply) ? waiting(reply) : failed(reply);
  output.note(`${reply.call_id}, ${String(Math.round(reply.duration_ms))} ms${scopeText(reply)}`, {
    call_id: reply.call_id,
  });
}

/** Summary, data, hints. */
export function callText({ summary, data, hints = [], page }: CallReply, screen: Screen): string {
  const more = page?.next === undefined ? [] : [`More: the same again with cursor=${page.next}`];
  const notes = [...hints.map((hint) => `Hint: ${hint}`), ...more].map(cleanText).join('\n');
  return together([cleanText(summary), renderData(data, screen), notes]);
}

export function isWaiting({ status }: Pick<CallReply, 'status'>): boolean {
  return status === 'approval_pending' || status === 'awaiting_approval';
}

export function isRunning({ status }: Pick<CallReply, 'status'>): boolean {
  return status === 'received' || status === 'dispatched';
}

function scopeText({ scope = {} }: CallReply): string {
  const parts = Object.entries(scope).map(([name, value]) => `${name} ${value}`);
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

function waiting({ call_id: callId, approval_url: url, summary }: CallReply): CliError {
  const message = url === undefined ? summary : `${summary} A person decides here: ${url}`;
  return new CliError(
    { code: 'approval_pending', message, suggestion: `devmesh call wait ${callId}`, call_id: callId },
    ExitCode.awaitingApproval,
  );
}

function failed(reply: CallReply): CliError {
  const { error, status, summary, call_id: callId } = reply;
  const code = error?.code ?? 'internal';
  const message = error?.message ?? (summary || `The call is ${status}.`);
  const suggestion =
    status === 'outcome_unknown'
      ? `devmesh call verify ${callId}`
      : (error?.suggestion ?? suggestionFor(code, `/api/v1/calls/${callId}`));
  return new CliError({
    code,
    message,
    suggestion,
    ...(error?.details !== undefined && { details: error.details }),
    call_id: callId,
  });
}
