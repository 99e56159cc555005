import type { Evidence } from '@devmesh/calls';
import {
  errorBody,
  type AppError,
  type CallAnswer,
  type CallReply,
  type CallState,
  type Principal,
  type ToolOutput,
} from '@devmesh/contracts';
import { cleanOutput } from './clean-output.ts';
import { renderText } from './render-text.ts';
import { bytesOf, trimData } from './trim-data.ts';

export const DEFAULT_TEXT_BYTES = 24 * 1024;
export const MAX_TEXT_BYTES = 64 * 1024;
const MIN_TEXT_BYTES = 1024;
/** `data` beyond this becomes evidence. */
const MAX_DATA_BYTES = 64 * 1024;

export interface Shaping {
  callId: string;
  principal: Principal;
  tool: string;
  /** Whom the data came from; undefined for DevMesh's own tools, whose data is the organisation's. */
  source: string | undefined;
  connection: string | undefined;
  maxBytes: number | undefined;
  startedAt: number;
  evidence: Evidence;
}

/** The answer of a tool that ran: cleaned, bounded; what does not fit is kept as evidence. */
export async function shapeSuccess(output: ToolOutput, shaping: Shaping): Promise<CallAnswer> {
  const clean = cleanOutput(output);
  const textBytes = Math.min(Math.max(shaping.maxBytes ?? DEFAULT_TEXT_BYTES, MIN_TEXT_BYTES), MAX_TEXT_BYTES);
  const text = renderText(clean, shaping.source);
  const dataBytes = bytesOf(clean.data);
  const fits = dataBytes <= MAX_DATA_BYTES && Buffer.byteLength(text) <= textBytes;
  const reply = replyOf(clean, shaping);
  return fits ? { reply, text } : overflow(clean, reply, text, { dataBytes, textBytes }, shaping);
}

interface Sizes {
  dataBytes: number;
  textBytes: number;
}

async function overflow(
  output: ToolOutput,
  reply: CallReply,
  text: string,
  { dataBytes, textBytes }: Sizes,
  shaping: Shaping,
): Promise<CallAnswer> {
  const { principal, callId, tool, evidence } = shaping;
  const whole =
    dataBytes > Buffer.byteLength(output.text ?? '')
      ? JSON.stringify(output.data)
      : (output.text ?? JSON.stringify(output.data));
  const id = await evidence.put({ principal, callId, tool, text: whole });
  const trimmed = dataBytes <= MAX_DATA_BYTES ? { data: output.data } : trimData(output.data, MAX_DATA_BYTES);
  const hint = `The whole answer (${kib(Buffer.byteLength(whole))}) is kept as evidence ${id}: read it with evidence_read (grep, query or page), or ask for less.`;
  const page = {
    returned: trimmed.kept ?? output.page?.returned ?? 0,
    ...(trimmed.of !== undefined && { total: trimmed.of }),
    ...output.page,
    truncated: true,
  };
  if (trimmed.kept !== undefined) page.returned = trimmed.kept;
  return {
    reply: { ...reply, data: trimmed.data, page, hints: [...(output.hints ?? []), hint], evidence_ids: [id] },
    text: `${cutAtLine(text, textBytes - Buffer.byteLength(hint) - 40)}\n… cut here.\nHint: ${hint}`,
  };
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
  const body = errorBody(error);
  const reply: CallReply = {
    success: false,
    status,
    call_id: callId,
    data: {},
    summary: error.message,
    ...(hints.length > 0 && { hints: [...hints] }),
    error: { ...body, retryable: error.retryable },
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

function elapsed(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 1000) / 1000;
}

function cutAtLine(text: string, maxBytes: number): string {
  const cut = Buffer.from(text)
    .subarray(0, Math.max(0, maxBytes))
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
  const lastLine = cut.lastIndexOf('\n');
  return lastLine > cut.length / 2 ? cut.slice(0, lastLine) : cut;
}

function kib(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${(bytes / 1024 / 1024).toFixed(1)} MiB` : `${String(Math.ceil(bytes / 1024))} KiB`;
}
