import type { Readable } from 'node:stream';

/** More than the largest request that the platform takes, so that it is the platform that says no. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 10;

/**
 * The lines of a stream of bytes, the last one also when it does not end in a newline. (Node's readline would break a JSON
 * text at U+2028 too.) @throws Error for a line of more than 64 MiB.
 */
export async function* readLines(stream: Readable): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...parts, chunk.subarray(from, end)]).toString();
      parts = [];
      size = 0;
      from = end + 1;
    }
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > MAX_LINE_BYTES) throw new Error('a message on standard input is larger than 64 MiB');
  }
  if (size > 0) yield Buffer.concat(parts).toString();
}
