import { NotDeliveredError, tooLarge } from './not-delivered-error.ts';

const encoder = new TextEncoder();
// `fatal`, so that bytes which are not text are a bad message and not replacement characters in somebody's data.
const decoder = new TextDecoder('utf-8', { fatal: true });

export const NO_BODY = new Uint8Array(0);

/** JSON as bytes; what JSON has no word for (`undefined`, a function) is null. Throws what `JSON.stringify` throws. */
export function encodeBody(value: unknown): Uint8Array {
  return encoder.encode((JSON.stringify(value) as string | undefined) ?? 'null');
}

/** The same for what is to be one message of at most `limit` bytes. Throws `invalid_input`. */
export function encodeMessage(value: unknown, limit: number): Uint8Array {
  const body = encodeOrRefuse(value);
  if (body.length > limit) throw tooLarge(body.length, limit);
  return body;
}

function encodeOrRefuse(value: unknown): Uint8Array {
  try {
    return encodeBody(value);
  } catch (cause) {
    throw new NotDeliveredError('invalid_input', 'This cannot be written as JSON.', {
      suggestion: 'Send plain values: no circles, no bigint.',
      cause,
    });
  }
}

/** Throws where the bytes are not JSON. */
export function decodeBody(body: Uint8Array): unknown {
  return JSON.parse(decoder.decode(body));
}
