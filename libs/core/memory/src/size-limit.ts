import { AppError } from '@devmesh/contracts';

export const MAX_CONTEXT_BYTES = 10 * 1024 * 1024;

/** 413, with the numbers. */
export function contextTooLarge(limitBytes: number, contextBytes: number, addedBytes: number): AppError {
  return new AppError(
    'invalid_input',
    `This context would hold ${contextBytes + addedBytes} bytes; ${limitBytes} (${(limitBytes / 1024 / 1024).toFixed(0)} MB) are allowed.`,
    {
      httpStatus: 413,
      details: { limit_bytes: limitBytes, context_bytes: contextBytes, added_bytes: addedBytes },
      suggestion:
        'Begin a new context for what follows, or replace the older messages by a summary. Search finds all of them together.',
    },
  );
}
