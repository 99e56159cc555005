import { errorBody } from '@devmesh/contracts';
import type { AppError } from '@devmesh/contracts';
import { replyTooLarge } from './assembly.ts';
import { encodeBody, encodeMessage, NO_BODY } from './body.ts';
import type { Progress } from './bus.ts';
import { CHUNK, CHUNKS, FRAME } from './headers.ts';
import type { Frame } from './headers.ts';
import type { Inbox } from './inbox.ts';
import { CHUNK_BYTES, CHUNKS_PER_ACK, HEADER_BYTES, MAX_REPLY_BYTES } from './limits.ts';
import type { Transport } from './transport.ts';

export interface AnswerWriter {
  alive(): void;
  /** Throws `invalid_input` where it is no message (too long, not JSON). */
  progress(progress: Progress): void;
  /** Resolves when it is sent, or the asker has gone. Throws, with nothing sent, where it cannot be carried. */
  done(value: unknown, signal: AbortSignal): Promise<void>;
  failed(error: AppError): void;
}

/** Writes one answer to `address`. */
export function createAnswerWriter(transport: Transport, inbox: Inbox, address: string): AnswerWriter {
  const limit = transport.maxMessageBytes() - HEADER_BYTES;
  const pieceBytes = Math.min(CHUNK_BYTES, limit);

  function send(frame: Frame, body: Uint8Array, more: { headers?: Record<string, string>; reply?: string } = {}) {
    const headers = { ...more.headers, [FRAME]: frame };
    return transport.send({ subject: address, body, ...more, headers });
  }

  async function sendPieces(body: Uint8Array, signal: AbortSignal): Promise<void> {
    const count = Math.ceil(body.length / pieceBytes);
    const acks = openAcks(inbox, signal);
    try {
      for (let i = 0; i < count; i++) {
        const headers = { [CHUNK]: String(i) };
        const asksBack = (i + 1) % CHUNKS_PER_ACK === 0;
        const piece = body.subarray(i * pieceBytes, (i + 1) * pieceBytes);
        if (!send('chunk', piece, { headers, ...(asksBack && { reply: acks.address }) })) return;
        if (asksBack && !(await acks.next())) return;
      }
      send('done', NO_BODY, { headers: { [CHUNKS]: String(count) } });
    } finally {
      acks.close();
    }
  }

  return {
    alive: () => void send('alive', NO_BODY),
    progress: (progress) => void send('progress', encodeMessage(progress, limit)),
    async done(value, signal) {
      const body = encodeBody(value);
      if (body.length > MAX_REPLY_BYTES) throw replyTooLarge(body.length);
      if (body.length <= pieceBytes) send('done', body);
      else await sendPieces(body, signal);
    },
    failed: (error) => void send('failed', encodeError(error, limit)),
  };
}

/** The details may be anything; the sentence must arrive. */
function encodeError(error: AppError, limit: number): Uint8Array {
  try {
    return encodeMessage(errorBody(error), limit);
  } catch {
    const { code, message, suggestion, retryable } = errorBody(error);
    return encodeBody({ code, message: message.slice(0, 10_000), suggestion: suggestion?.slice(0, 10_000), retryable });
  }
}

/** Waits for the asker's word; false where there is no asker any more. */
function openAcks(inbox: Inbox, signal: AbortSignal) {
  let waiting = Promise.withResolvers<boolean>();
  const mailbox = inbox.open((message) => {
    waiting.resolve(!message.nobody);
  });
  const onAbort = () => {
    waiting.resolve(false);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    address: mailbox.address,
    async next(): Promise<boolean> {
      if (signal.aborted) return false;
      const heard = await waiting.promise;
      waiting = Promise.withResolvers();
      return heard;
    },
    close() {
      mailbox.close();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
