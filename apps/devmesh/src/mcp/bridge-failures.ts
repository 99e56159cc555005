import { types } from 'node:util';
import { AppError, ERROR_TABLE } from '@devmesh/contracts';
import { SdkHttpError } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { Refusal } from './stdio-wire.ts';

const Refused = z.object({ error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }) });

/** The platform no longer knows, or never knew, the key. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof SdkHttpError && error.status === 401;
}

/** The platform does not know the session: it is older than a day, or the data is another's now. */
export function isSessionGone(error: unknown): boolean {
  return error instanceof SdkHttpError && error.status === 404;
}

/** What a client is told whose message the platform did not take: the platform's own words where it gave any. */
export function refusalOf(error: unknown, url: URL): Refusal {
  if (error instanceof SdkHttpError) return saidBy(error) ?? someoneElse(error, url);
  return wasNeverSent(error) ? unreachable(url) : lostAnswer();
}

/** The same as an error of ours, for the one failure that ends the bridge. */
export function unauthenticatedBy(error: unknown): AppError {
  return keyRefused(error instanceof SdkHttpError ? jsonIn(String(error.data['text'] ?? '')) : undefined);
}

/** From what the platform answered: its sentence without its advice, which is for whoever speaks HTTP. */
export function keyRefused(answer: unknown): AppError {
  const { success, data } = Refused.safeParse(answer);
  if (!success) return new AppError('unauthenticated', 'The platform does not take this API key any more.');
  const { message, data: more } = data.error;
  const advice = z.object({ suggestion: z.string() }).safeParse(more).data?.suggestion ?? '';
  return new AppError('unauthenticated', message.replace(advice, '').trim());
}

/** The connection ended before there was an answer: nobody here knows what became of the request. */
export function lostAnswer(): Refusal {
  return refusal('The connection to DevMesh ended before the answer came; a change may have been made.', {
    suggestion: 'Look at the outcome before you ask for a change again: `devmesh call list`.',
    retryable: false,
  });
}

function unreachable(url: URL): Refusal {
  return refusal(`DevMesh does not answer at ${url.origin}.`, {
    suggestion: 'Start it again (`devmesh start`); this connection then goes on by itself.',
  });
}

function someoneElse({ status }: SdkHttpError, url: URL): Refusal {
  return refusal(`HTTP ${String(status)} came from ${url.origin}, and not in DevMesh's words.`, {
    suggestion: 'Look what listens there: `devmesh status`.',
  });
}

function refusal(
  message: string,
  { suggestion, retryable = true }: { suggestion: string; retryable?: boolean },
): Refusal {
  const data = { code: 'unavailable', retryable, suggestion };
  return { code: ERROR_TABLE.unavailable.jsonRpcCode, message: `${message} ${suggestion}`, data };
}

function saidBy(error: unknown): Refusal | undefined {
  if (!(error instanceof SdkHttpError)) return undefined;
  const parsed = Refused.safeParse(jsonIn(String(error.data['text'] ?? '')));
  return parsed.success ? parsed.data.error : undefined;
}

/** Nobody listened: the request went nowhere. */
function wasNeverSent(error: unknown): boolean {
  const cause = types.isNativeError(error) ? error.cause : undefined;
  return types.isNativeError(cause) && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
