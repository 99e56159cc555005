import { AppError } from '@devmesh/contracts';
import { MAX_REPLY_BYTES } from './limits.ts';

/** Puts an answer together again. */
export interface Assembly {
  /** Throws `upstream_failed` where a piece is missing or the whole grows too large. */
  add(index: number, piece: Uint8Array): void;
  /** All of it; throws `upstream_failed` where there are not `count` pieces. */
  whole(count: number): Uint8Array;
}

export function createAssembly(): Assembly {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  return {
    add(index, piece) {
      if (index !== pieces.length) throw pieceLost();
      bytes += piece.length;
      if (bytes > MAX_REPLY_BYTES) throw replyTooLarge(bytes);
      pieces.push(piece);
    },
    whole(count) {
      if (count !== pieces.length) throw pieceLost();
      return Buffer.concat(pieces);
    },
  };
}

export function replyTooLarge(bytes: number): AppError {
  const mebibytes = (n: number) => String(Math.ceil((n / 1024 / 1024) * 10) / 10);
  const message = `The answer is too large: ${mebibytes(bytes)} MiB, where at most ${mebibytes(MAX_REPLY_BYTES)} MiB can be carried.`;
  return new AppError('upstream_failed', message, { suggestion: 'Ask for less: a filter, a shorter range, a page.' });
}

function pieceLost(): AppError {
  return new AppError('upstream_failed', 'A part of the answer was lost on the way.', {
    suggestion: 'Read the state before you repeat a write: it may have been done.',
    retryable: true,
  });
}
