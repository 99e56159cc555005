import { AppError, ErrorBody, fromErrorBody } from '@devmesh/contracts';
import { createAssembly } from './assembly.ts';
import { decodeBody } from './body.ts';
import type { Progress } from './bus.ts';
import { CHUNK, CHUNKS, FRAME, numberHeader } from './headers.ts';
import type { Frame } from './headers.ts';
import type { Incoming } from './transport.ts';

export type Answer = { ok: true; value: unknown } | { ok: false; error: AppError };

export interface AnswerEvents {
  progress(progress: Progress): void;
  /** The answerer waits at this address before it sends more. */
  pieceTaken(address: string): void;
}

/** Reads the messages of one answer, in order, until it gives the answer. Throws `upstream_failed` where it is broken. */
export function createAnswerReader(events: AnswerEvents): (message: Incoming) => Answer | undefined {
  const assembly = createAssembly();

  function takePiece(message: Incoming): undefined {
    assembly.add(numberHeader(message, CHUNK, -1), message.body);
    if (message.reply !== undefined) events.pieceTaken(message.reply);
  }

  function whole(message: Incoming): Uint8Array {
    const inPieces = message.header(CHUNKS) !== undefined;
    return inPieces ? assembly.whole(numberHeader(message, CHUNKS, -1)) : message.body;
  }

  return (message) => {
    switch (message.header(FRAME) as Frame | undefined) {
      case 'progress':
        events.progress(decode(message.body) as Progress);
        return undefined;
      case 'chunk':
        return takePiece(message);
      case 'done':
        return { ok: true, value: decode(whole(message)) };
      case 'failed':
        return { ok: false, error: readError(message.body) };
      case 'alive':
      case undefined:
      default:
        return undefined; // A sign of life, or something that a later version says.
    }
  };
}

function decode(body: Uint8Array): unknown {
  try {
    return decodeBody(body);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function readError(body: Uint8Array): AppError {
  const read = ErrorBody.safeParse(decode(body));
  return read.success ? fromErrorBody(read.data) : unreadable(read.error);
}

function unreadable(cause: unknown): AppError {
  return new AppError('upstream_failed', 'The answer cannot be read.', {
    suggestion: 'See that both sides run versions that go together (`devmesh status`).',
    cause,
  });
}
