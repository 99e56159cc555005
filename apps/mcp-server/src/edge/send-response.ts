import type { ServerResponse } from 'node:http';

/** Writes what the SDK answered. Resolves when all of it is written or the client has gone. */
export async function sendResponse(response: ServerResponse, answer: Response): Promise<void> {
  const headers = Object.fromEntries(answer.headers);
  if (answer.body === null) {
    response.writeHead(answer.status, headers).end();
    return;
  }
  const reader = answer.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  if (headers['content-type']?.startsWith('text/event-stream') === true)
    await stream(response, answer.status, headers, reader);
  else await whole(response, answer.status, headers, reader);
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function whole(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  reader: Reader,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  const body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  response.writeHead(status, { ...headers, 'content-length': body?.byteLength ?? 0 });
  response.end(body);
}

async function stream(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  reader: Reader,
): Promise<void> {
  const gone = () => void reader.cancel().catch(() => {});
  response.once('close', gone);
  response.writeHead(status, headers);
  // Most streams are one short answer: it leaves together with the headers, which otherwise do not wait for it.
  const flush = setImmediate(() => {
    response.flushHeaders();
  });
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (response.destroyed) break;
    // A client that reads slowly holds us back instead of filling our memory.
    if (!response.write(next.value)) await drained(response);
  }
  clearImmediate(flush);
  response.off('close', gone);
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
