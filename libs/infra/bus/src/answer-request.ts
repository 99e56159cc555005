import { AppError, ERROR_TABLE, newId, toAppError } from '@devmesh/contracts';
import { traceContext, withTraceContext } from '@devmesh/runtime';
import type { CounterMetric, Logger } from '@devmesh/runtime';
import { createAnswerWriter } from './answer-writer.ts';
import type { AnswerWriter } from './answer-writer.ts';
import { decodeBody } from './body.ts';
import type { ServeHandler } from './bus.ts';
import type { Cancels } from './cancels.ts';
import { KEEP_ALIVE, numberHeader, REQUEST_ID, TIMEOUT_MS, traceOf } from './headers.ts';
import type { Inbox } from './inbox.ts';
import { KEEP_ALIVE_MS, MAX_TIMER_MS } from './limits.ts';
import type { Incoming, Transport } from './transport.ts';

export interface AnswerParts {
  transport: Transport;
  inbox: Inbox;
  logger: Logger;
  served: CounterMetric;
  cancels: Cancels;
  /** Aborted when the bus leaves while handlers still run. */
  leaving: AbortSignal;
}

/** How a handler gets its turn. */
export type Turn = (run: () => Promise<void>) => Promise<void>;

/** For an asker that does not say how long it waits. */
const DEFAULT_TIMEOUT_MS = 60_000;
const MIN_KEEP_ALIVE_MS = 20;

/** Answers one request. Never rejects. */
export async function answerRequest(
  parts: AnswerParts,
  message: Incoming & { reply: string },
  handler: ServeHandler,
  turn: Turn,
): Promise<void> {
  const writer = createAnswerWriter(parts.transport, parts.inbox, message.reply);
  const asker = watchAsker(parts, message, writer);
  try {
    await turn(() => handle(parts, message, handler, writer, asker));
  } catch (error) {
    fail(parts, message.subject, writer, asker, error);
  } finally {
    asker.stop();
  }
}

async function handle(
  { served }: AnswerParts,
  message: Incoming,
  handler: ServeHandler,
  writer: AnswerWriter,
  asker: Asker,
): Promise<void> {
  // Its time may have passed while it waited for its turn.
  asker.signal.throwIfAborted();
  const payload = readPayload(message);
  const value = await withTraceContext(
    traceOf(message),
    async () =>
      handler(payload, { signal: asker.signal, progress: asker.progress, trace: traceContext() }, message.subject),
    { create: true },
  );
  // From here on pieces are the signs of life: an answer that got lost must not look like one that is coming.
  asker.stopTelling();
  if (!asker.isGone()) await writer.done(value, asker.signal);
  served.inc({ outcome: asker.isGone() ? 'cancelled' : 'ok' });
}

function fail({ logger, served }: AnswerParts, subject: string, writer: AnswerWriter, asker: Asker, thrown: unknown) {
  if (asker.isGone()) {
    served.inc({ outcome: 'cancelled' });
    return;
  }
  const id = newId('err');
  const error = toAppError(thrown, id);
  // This is the last place that sees the cause. An AppError without one says all there is to say to the asker.
  if (error.cause !== undefined) logger[ERROR_TABLE[error.code].logLevel]('a request failed', { subject, id, error });
  writer.failed(error);
  served.inc({ outcome: error.code });
}

interface Asker {
  signal: AbortSignal;
  progress: AnswerWriter['progress'];
  /** Cancelled, or out of time: an answer would reach nobody. */
  isGone(): boolean;
  stopTelling(): void;
  stop(): void;
}

/** Tells the asker that work goes on, and the handler when the asker no longer waits. */
function watchAsker({ cancels, leaving }: AnswerParts, message: Incoming, writer: AnswerWriter): Asker {
  const controller = new AbortController();
  let gone = false;
  let telling = true;
  const stopTelling = () => {
    telling = false;
    clearInterval(signOfLife);
  };
  const leave = (reason: string) => {
    gone = true;
    stopTelling();
    controller.abort(new AppError('timeout', reason, { retryable: false }));
  };
  const timeoutMs = numberHeader(message, TIMEOUT_MS, DEFAULT_TIMEOUT_MS);
  const deadline = setTimeout(
    leave,
    Math.min(timeoutMs, MAX_TIMER_MS),
    `The ${String(timeoutMs)} ms for this request are over.`,
  );
  const everyMs = Math.max(numberHeader(message, KEEP_ALIVE, KEEP_ALIVE_MS), MIN_KEEP_ALIVE_MS);
  const signOfLife = setInterval(writer.alive, everyMs);
  // A handler that never ends must not keep a process that is closing.
  deadline.unref();
  signOfLife.unref();
  const forget = cancels.on(message.header(REQUEST_ID) ?? '', () => {
    leave('The request was cancelled.');
  });
  const onLeaving = () => {
    controller.abort(leaving.reason);
  };
  leaving.addEventListener('abort', onLeaving, { once: true });

  return {
    signal: controller.signal,
    progress: (progress) => {
      if (telling && !gone) writer.progress(progress);
    },
    isGone: () => gone,
    stopTelling,
    stop() {
      stopTelling();
      clearTimeout(deadline);
      forget();
      leaving.removeEventListener('abort', onLeaving);
    },
  };
}

function readPayload(message: Incoming): unknown {
  try {
    return decodeBody(message.body);
  } catch {
    throw new AppError('invalid_input', `The request on ${message.subject} is not JSON.`, {
      suggestion: 'Send one JSON value as UTF-8.',
    });
  }
}
