import { AsyncResource } from 'node:async_hooks';
import { AppError } from '@devmesh/contracts';
import type { Logger } from '@devmesh/runtime';
import { createAnswerReader } from './answer-reader.ts';
import type { Answer } from './answer-reader.ts';
import { NO_BODY } from './body.ts';
import type { RequestOptions } from './bus.ts';
import { cancelSubject, KEEP_ALIVE, REQUEST_ID, TIMEOUT_MS, traceHeaders } from './headers.ts';
import type { Inbox } from './inbox.ts';
import { SILENCES } from './limits.ts';
import { busIsAway, nobodyListens } from './not-delivered-error.ts';
import type { Incoming, Transport } from './transport.ts';
import type { TraceContext } from '@devmesh/contracts';

export interface ExchangeParts {
  transport: Transport;
  inbox: Inbox;
  logger: Logger;
  keepAliveMs: number;
}

export interface ExchangeRequest extends Omit<RequestOptions, 'trace'> {
  subject: string;
  body: Uint8Array;
  trace: TraceContext;
}

/** One request on its way. */
export interface Exchange {
  readonly subject: string;
  readonly answer: Promise<unknown>;
  fail(error: AppError): void;
}

/** Sends a request and reads what comes back, until there is an answer, or a reason to wait no longer. */
export function startExchange(parts: ExchangeParts, request: ExchangeRequest): Exchange {
  const { transport, inbox, keepAliveMs } = parts;
  const { subject, timeoutMs, signal } = request;
  const answer = Promise.withResolvers<unknown>();
  const read = createAnswerReader({
    progress: guarded(request.onProgress, parts.logger),
    pieceTaken: (address) => transport.send({ subject: address, body: NO_BODY }),
  });
  const mailbox = inbox.open(receive);
  let silences = 0;
  const deadline = setTimeout(() => {
    giveUp(noAnswer(subject, timeoutMs));
  }, timeoutMs);
  // Counted, not measured: when this very process was busy for a minute, the signs of life are still to be read.
  const silence = setInterval(() => {
    if (++silences >= SILENCES) giveUp(wentSilent(subject, SILENCES * keepAliveMs));
  }, keepAliveMs);
  const onAbort = () => {
    giveUp(cancelled(signal));
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  function receive(message: Incoming): void {
    silences = 0;
    if (message.nobody) {
      fail(nobodyListens(subject));
      return;
    }
    try {
      settle(read(message));
    } catch (error) {
      giveUp(error);
    }
  }

  function settle(result: Answer | undefined): void {
    if (result === undefined) return;
    if (!result.ok) {
      fail(result.error);
      return;
    }
    end();
    answer.resolve(result.value);
  }

  function fail(error: unknown): void {
    end();
    answer.reject(error as Error);
  }

  /** Fails while somebody may still be working on it. */
  function giveUp(error: unknown): void {
    fail(error);
    transport.send({ subject: cancelSubject(mailbox.id), body: NO_BODY });
  }

  function end(): void {
    mailbox.close();
    clearTimeout(deadline);
    clearInterval(silence);
    signal?.removeEventListener('abort', onAbort);
  }

  const headers = {
    [REQUEST_ID]: mailbox.id,
    [TIMEOUT_MS]: String(Math.ceil(timeoutMs)),
    [KEEP_ALIVE]: String(keepAliveMs),
    ...traceHeaders(request.trace),
  };
  if (!transport.send({ subject, body: request.body, reply: mailbox.address, headers })) fail(busIsAway());
  return { subject, answer: answer.promise, fail };
}

/** The caller's function, in the caller's log context; what it throws is its own affair. */
function guarded(onProgress: RequestOptions['onProgress'], logger: Logger): NonNullable<RequestOptions['onProgress']> {
  if (onProgress === undefined) return () => {};
  return AsyncResource.bind((progress) => {
    try {
      onProgress(progress);
    } catch (error) {
      logger.error('a listener for progress failed', { error });
    }
  });
}

/** What a caller who aborted is told: their own reason, where it is one of ours. */
export function cancelled(signal: AbortSignal | undefined): AppError {
  if (signal?.reason instanceof AppError) return signal.reason;
  return new AppError('timeout', 'The request was cancelled before its answer came.', {
    cause: signal?.reason,
    retryable: false,
  });
}

function noAnswer(subject: string, timeoutMs: number): AppError {
  return new AppError('timeout', `No answer came on ${subject} within ${String(timeoutMs)} ms.`, {
    suggestion: 'Allow it more time, or ask for less.',
  });
}

function wentSilent(subject: string, silenceMs: number): AppError {
  return new AppError('timeout', `Whoever worked on ${subject} was not heard of for ${String(silenceMs)} ms.`, {
    suggestion: 'It may have ended half-way: read the state before you repeat a write.',
  });
}
