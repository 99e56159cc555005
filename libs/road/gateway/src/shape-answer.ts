import type { Evidence } from '@devmesh/calls';
import {
  errorBody,
  type AppError,
  type CallAnswer,
  type CallReply,
  type CallState,
  type Page,
  type Principal,
  type ToolOutput,
} from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import { clean } from './clean-output.ts';
import { renderText } from './render-text.ts';
import { bytesOf, trimData, type Trimmed } from './trim-data.ts';

export const DEFAULT_TEXT_BYTES = 24 * 1024;
export const MAX_TEXT_BYTES = 64 * 1024;
const MIN_TEXT_BYTES = 1024;
/** `data` beyond this becomes evidence. */
const MAX_DATA_BYTES = 64 * 1024;
const MAX_SENTENCE = 2000;
const MAX_HINTS = 20;
const MAX_DETAILS_BYTES = 16 * 1024;

export interface Shaping {
  callId: string;
  principal: Principal;
  tool: string;
  /** Whom the data came from; undefined for DevMesh's own tools, whose data is the organisation's. */
  source: string | undefined;
  connection: string | undefined;
  maxBytes: number | undefined;
  startedAt: number;
  evidence: Pick<Evidence, 'put'>;
  logger: Logger;
}

/** The answer of a tool that ran: cleaned, bounded; what does not fit is kept as evidence. Never throws: the tool did run. */
export async function shapeSuccess(output: ToolOutput, shaping: Shaping): Promise<CallAnswer> {
  const cleaned = brief(clean(output));
  const textBytes = Math.min(Math.max(shaping.maxBytes ?? DEFAULT_TEXT_BYTES, MIN_TEXT_BYTES), MAX_TEXT_BYTES);
  const trimmed = trimData(cleaned.data, MAX_DATA_BYTES);
  const whole = renderText(cleaned, shaping.source, Infinity);
  if (!trimmed.cut && Buffer.byteLength(whole) <= textBytes) return { reply: replyOf(cleaned, shaping), text: whole };
  const { hint, evidenceId } = await keepWhole(cleaned, shaping);
  const hints = [...(cleaned.hints ?? []), hint];
  const page = trimmed.cut ? pageOf(cleaned.page, trimmed) : cleaned.page;
  const reply = replyOf({ ...cleaned, data: trimmed.data, page, hints }, shaping);
  return {
    reply: { ...reply, ...(evidenceId !== undefined && { evidence_ids: [evidenceId] }) },
    text: renderText({ ...cleaned, hints }, shaping.source, textBytes),
  };
}

/** Keeps what does not fit, and says where it is. */
async function keepWhole(output: ToolOutput, shaping: Shaping): Promise<{ hint: string; evidenceId?: string }> {
  const { principal, callId, tool, evidence, logger } = shaping;
  const json = JSON.stringify(output.data);
  const text = output.text !== undefined && output.text.length >= json.length ? output.text : json;
  const size = sizeOf(Buffer.byteLength(text));
  try {
    const evidenceId = await evidence.put({ principal, callId, tool, text });
    const hint = `The whole answer (${size}) is evidence ${evidenceId}: evidence_read shows it by grep, query or page. Or ask for less.`;
    return { hint, evidenceId };
  } catch (error) {
    logger.error('evidence could not be kept', { tool, error });
    return { hint: `The whole answer (${size}) could not be kept: ask for less.` };
  }
}

function pageOf(page: Page | undefined, { kept, of }: Trimmed): Page {
  return { ...(of !== undefined && { total: of }), ...page, returned: kept ?? 0, truncated: true };
}

function replyOf(output: ToolOutput, { callId, connection, startedAt }: Shaping): CallReply {
  const scope = { ...(connection !== undefined && { connection }), ...output.scope };
  return {
    success: true,
    status: 'succeeded',
    call_id: callId,
    data: output.data,
    summary: output.summary,
    ...(output.page && { page: output.page }),
    ...(Object.keys(scope).length > 0 && { scope }),
    ...(output.hints && output.hints.length > 0 && { hints: output.hints }),
    ...(output.sources && { sources: output.sources }),
    duration_ms: elapsed(startedAt),
  };
}

/** The answer of a call that failed, was turned away, or whose outcome nobody knows. */
export function shapeFailure(
  error: AppError,
  status: CallState,
  { callId, startedAt }: Pick<Shaping, 'callId' | 'startedAt'>,
  hints: readonly string[] = [],
): CallAnswer {
  const { message, suggestion, details, ...body } = clean(errorBody(error));
  const reply: CallReply = {
    success: false,
    status,
    call_id: callId,
    data: {},
    summary: sentence(message),
    ...(hints.length > 0 && { hints: clean([...hints]) }),
    error: {
      ...body,
      message: sentence(message),
      ...(suggestion !== undefined && { suggestion: sentence(suggestion) }),
      ...(details && bytesOf(details) <= MAX_DETAILS_BYTES && { details }),
      retryable: error.retryable,
    },
    duration_ms: elapsed(startedAt),
  };
  return { reply, text: failureText(reply) };
}

/** What an agent reads of a failure: code, sentence, what to do, and the id that finds it. */
export function failureText(reply: CallReply): string {
  const error = reply.error;
  const head = `${error?.code ?? reply.status}: ${reply.summary}`;
  const next = error?.suggestion === undefined ? [] : [`What to do: ${error.suggestion}`];
  return [head, ...next, ...(reply.hints ?? []).map((hint) => `Hint: ${hint}`), `Call: ${reply.call_id}`].join('\n');
}

function brief(output: ToolOutput): ToolOutput {
  const { summary, hints } = output;
  return { ...output, summary: sentence(summary), ...(hints && { hints: hints.slice(0, MAX_HINTS).map(sentence) }) };
}

function sentence(text: string): string {
  return text.length <= MAX_SENTENCE ? text : `${text.slice(0, MAX_SENTENCE).toWellFormed()}…`;
}

function elapsed(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 1000) / 1000;
}

function sizeOf(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${(bytes / 1024 / 1024).toFixed(1)} MiB` : `${String(Math.ceil(bytes / 1024))} KiB`;
}
